import { ArmadaError } from "@armada/contracts";
import { ONLY_READ } from "../accounts/crossings.ts";
import { FLEET, SHARED_ANSWERS } from "../streams/names.ts";

/** What an identity may do on the wire. */
export type Permissions = { readonly publish: readonly string[]; readonly subscribe: readonly string[] };

/** The services besides the teams. The operator reads everything; only the provisioner and the archiver change streams. */
export const ROLES = ["provisioner", "operator", "archiver"] as const;

/**
 * The least that each identity needs (docs/engine.md, "Who wrote it"). `peers`: teams whose large bodies this team may be
 * handed, as it asks them, answers them or subscribes to them. `shares`: whether it may read and write the answers that teams share.
 */
function permissionsOf(
  name: string,
  about: { readonly teams: readonly string[]; readonly peers: readonly string[]; readonly shares?: boolean },
): Permissions {
  const inbox = [`_INBOX.${name}.>`];
  // Streams, and their snapshots: pieces are acknowledged, and put in, on subjects of their own.
  if (name === "provisioner") return { publish: ["$JS.API.>", "$JS.SNAPSHOT.>", "fleet.>"], subscribe: inbox };
  const watching = [...inbox, "live.>"];
  if (name === "operator") return { publish: [...readAll(), `ask.*.${name}.>`, "obj.operator.>"], subscribe: watching };
  if (name === "archiver") return { publish: [...readAll(), "$JS.API.STREAM.PURGE.*"], subscribe: inbox };
  if (!about.teams.includes(name)) throw new ArmadaError("IDENTITY_UNKNOWN", `${name} is neither a team nor a role`);
  const team = [
    ...ownSubjects(name),
    `ask.*.${name}.>`,
    `ans.*.${name}.>`,
    ...ownStreams(name),
    ...(ONLY_READ.has(name) ? [] : readStream(FLEET)),
    ...[name, ...about.peers, "operator"].flatMap(bodiesOf),
    ...(about.shares === true ? ["cache.fleet.>", ...readStream(SHARED_ANSWERS)] : []),
  ];
  const heard = [`gossip.${name}.>`];
  return name === "gateway"
    ? { publish: [...team, ...readAll()], subscribe: [...watching, ...heard] }
    : { publish: team, subscribe: [...inbox, ...heard] };
}

/** What an identity may do in an account of its own, whatever crosses to it from others. */
export function rightsAtHome(name: string, copies = true): Permissions {
  const inbox = [`_INBOX.${name}.>`];
  const objects = [`obj.${name}.>`, ...bodiesOf(name)];
  if (name === "operator") return { publish: objects, subscribe: inbox };
  if (name === "archiver") return { publish: [], subscribe: inbox };
  const own = [...ownSubjects(name), `ask.${name}.${name}.>`, `ans.${name}.${name}.>`, ...ownStreams(name), ...bodiesOf(name)];
  const shown = copies ? [`shown.${name}.>`] : [];
  return { publish: [...own, ...shown], subscribe: [...inbox, `gossip.${name}.>`] };
}

/**
 * The same beside all that may ever cross to it, whoever there is: what does not cross is nobody's there. So nothing changes as teams
 * come and go, for a server that holds accounts as JWTs cuts off whose permissions change (2.15.1).
 */
export function standingRights(name: string, copies = true): Permissions {
  const { publish, subscribe } = rightsAtHome(name, copies);
  const reads = ["DIRECT.GET.*", "STREAM.MSG.GET.*", "STREAM.INFO.*", "CONSUMER.LIST.*", "CONSUMER.INFO.*.*"];
  const purges = name === "archiver" ? ["STREAM.PURGE.*"] : [];
  const watches = name === "operator" || name === "gateway" ? ["live.>"] : [];
  return {
    publish: [
      ...publish,
      `ask.*.${name}.>`,
      `ans.*.${name}.>`,
      ...(copies ? [`obj.*.of.${name}.>`] : []),
      ...[...reads, ...purges].map((call) => `JS.*.API.${call}`),
    ],
    subscribe: [...subscribe, ...watches],
  };
}

function bodiesOf(owner: string): string[] {
  return [`$JS.API.DIRECT.GET.OBJECTS_${owner}`, `$JS.API.STREAM.MSG.GET.OBJECTS_${owner}`];
}

function ownSubjects(name: string): string[] {
  return ["evt", "run", "at", "reg", "cache", "obj", "draw", "index", "live", "gossip"].map((kind) => `${kind}.${name}.>`);
}

function ownStreams(name: string): string[] {
  return [
    ...ownStream(`TEAM_${name}`),
    ...ownStream(`REG_${name}`),
    ...ownStream(`CACHE_${name}`),
    ...readStream(`DRAWS_${name}`),
    `$JS.API.DIRECT.GET.INDEX_${name}`,
    ...readStream(`TIMERS_${name}`),
    `$JS.API.STREAM.MSG.GET.DRAWS_${name}`,
  ];
}

function ownStream(stream: string): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.PAUSE.${stream}.*`,
    // Ephemeral ones, to follow; a team that harms its own consumers harms itself.
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    // Both shapes of an ack subject: 2.15 puts domain and account before the stream.
    `$JS.ACK.${stream}.>`,
    `$JS.ACK.*.*.${stream}.>`,
    "$JS.FC.>",
  ];
}

/** To read and to follow: nothing there that others would feel. */
function readStream(stream: string): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
  ];
}

/** To look at all that is there, and at none of it so that others would feel it: without a consumer. */
function readAll(): string[] {
  return [
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.DIRECT.GET.*",
    "$JS.API.CONSUMER.LIST.*",
    "$JS.API.CONSUMER.INFO.*.*",
  ];
}

/** The `authorization` block of a nats-server configuration. */
export function authorization(
  keys: ReadonlyMap<string, string>,
  teams: readonly { readonly name: string; readonly peers: readonly string[]; readonly shares?: boolean }[],
): string {
  const names = teams.map((team) => team.name);
  const users = [...keys]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([name, key]) => {
      const known = names.includes(name) || (ROLES as readonly string[]).includes(name);
      if (!known) return []; // a key of a team that is no longer there opens nothing
      const { publish, subscribe } = permissionsOf(name, { peers: [], ...teams.find((team) => team.name === name), teams: names });
      const list = (subjects: readonly string[]): string => `[${subjects.map((subject) => JSON.stringify(subject)).join(", ")}]`;
      return [
        `    { nkey: ${key}, permissions: { publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } } } # ${name}`,
      ];
    });
  return `authorization {\n  users = [\n${users.join("\n")}\n  ]\n}\n`;
}
