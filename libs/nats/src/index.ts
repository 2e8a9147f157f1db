export { connectTeam, type NatsPorts, portsOf } from "./adapter.ts";
export { type Link, link, PINNED_SERVER } from "./connect.ts";
export { ensureIdentities, type Identity, publicKeys, readIdentity } from "./identities.ts";
export { authorization, type Permissions, permissionsOf, ROLES } from "./permissions.ts";
export { type Change, provision } from "./provision.ts";
export { freePort, type RunningServer, type ServerOptions, startServer } from "./server.ts";
export { type TeamTopology, topologyOf, type Wanted } from "./topology.ts";
export { Reader } from "./writer.ts";
