/** What starts a server and says who may come to it; nothing of NATS' client is loaded, so that a server can start before. */
export { type Access, accessIn } from "./identity/access.ts";
export { administrationBeside } from "./identity/administration.ts";
export { ROLES } from "./identity/permissions.ts";
export { keptPort, localUrl, type RunningServer, startServer } from "./server.ts";
