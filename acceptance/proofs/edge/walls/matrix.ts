import { FACTS } from "./contracts.ts";

/** One message that is sent. `reply`: where its answer shall go, where that is not the sender's own inbox. */
export type Try = { readonly subject: string; readonly body: string; readonly reply?: string };

/** A stream that is there, with its consumers that last. */
export type Target = { readonly stream: string; readonly consumers: readonly string[] };
/** An account by its name, with what is in it. */
export type Owner = { readonly name: string; readonly targets: readonly Target[] };

/** By what a message is known, wherever it turns up. */
export function forged(by: string, n: number): string {
  return `forged by ${by} #${n}`;
}
export const FORGED = /forged by (\w+) #\d+/u;

/** What only an owner's stream holds. */
export function secretOf(owner: string, kind: string): string {
  return `what only ${owner} has in ${kind}`;
}

/** Where an owner's secret lies in its stream. */
export function secretAt(owner: string, kind: string): string {
  const [prefix, rest] = SECRETS[kind] ?? ["fleet", "x"];
  return `${prefix}.${owner}.${rest}`;
}

const SECRETS: Readonly<Record<string, readonly [string, string]>> = {
  TEAM: ["evt", "thing.hidden.secret.k"],
  TIMERS: ["at", "secret.1"],
  REG: ["reg", "secret"],
  CACHE: ["cache", "secret"],
  DRAWS: ["draw", "secret.1"],
  INDEX: ["index", "secret"],
  OBJECTS: ["obj", "secret.0"],
  SHOWN: ["shown", "secret.0"],
};

/** A name that nobody has, another one for each account. */
export function ghostOf(owner: Owner, owners: readonly Owner[]): string {
  return `ghost${owners.indexOf(owner)}`;
}

/** Everywhere that an identity listens, let or not: all there is, and of each other account what is said there. */
export function listensOf(self: string, owners: readonly Owner[]): readonly string[] {
  const others = owners.filter(({ name }) => name !== self).map(({ name }) => name);
  const kinds = ["evt", "run", "ask", "ans", "live", "obj", "reg", "_INBOX", "fact", `fact.${self}`];
  return [
    ...[">", "*.>", "$SYS.>", "$JS.>", "$JS.API.>", "$JS.EVENT.>", "JS.>", "_INBOX.>", "_R_.>", "$SYS.REQ.>", "$SYS.ACCOUNT.>"],
    ...["evt", "run", "ask", "ans", "live", "at", "tick", "fleet", "fact"].map((kind) => `${kind}.>`),
    ...others.flatMap((other) => kinds.map((kind) => `${kind}.${other}.>`)),
  ];
}

/**
 * All that an identity tries on an account: each verb of the JetStream API (as nats-server 2.15.1 has them) on each stream and each
 * consumer, on the server's own subject and on the one where it would be imported, and every subject that means something to a team.
 * On its own it does not try what it may do there to its own consumers, as that harms itself alone.
 */
export function triesOn(owner: Owner, self: string, owners: readonly Owner[]): readonly Try[] {
  const api = owner.targets.flatMap(({ stream, consumers }) => [
    ...ofStream(stream, self, owner.name),
    ...(owner.name === self ? [] : consumers.flatMap((consumer) => ofConsumer(stream, consumer))),
  ]);
  const calls = api.flatMap(([verb, body]) => [`$JS.API.${verb}`, `JS.${owner.name}.API.${verb}`].map((subject) => ({ subject, body })));
  // Many calls want no body at all, so theirs are as they are.
  const marked = [...plain(owner, self, owners), ...byReply(owner, self)];
  return [...calls, ...marked.map((one, n) => ({ ...one, body: one.body === "" ? forged(self, n) : one.body }))];
}

/** What is neither stream nor consumer: the server's own. */
export function triesOnServer(server: string): readonly Try[] {
  const verbs = ["INFO", "STREAM.NAMES", "STREAM.LIST", "SERVER.REMOVE", "SERVER.EVACUATE", "META.LEADER.STEPDOWN", "META.RESCUE"];
  const system = ["PING", `${server}.STATSZ`, `${server}.CONNZ`, `${server}.RELOAD`, `${server}.KICK`, `${server}.LDMR`, "PING.ACCOUNTZ"];
  const claims = ["CLAIMS.LIST", "CLAIMS.PACK", "CLAIMS.UPDATE", "CLAIMS.DELETE", "USER.AUTH", "ACCOUNT.NSUBS", "ACCOUNT.PING.CONNZ"];
  return [
    ...verbs.map((verb) => `$JS.API.${verb}`),
    ...system.map((verb) => `$SYS.REQ.SERVER.${verb}`),
    ...claims.map((verb) => `$SYS.REQ.${verb}`),
    "$SYS.DEBUG.SUBSCRIBERS",
  ].map((subject) => ({ subject, body: "" }));
}

type Call = readonly [verb: string, body: string];

function ofStream(stream: string, self: string, owner: string): readonly Call[] {
  const kind = stream.slice(0, stream.indexOf("_"));
  const at = secretAt(owner, kind);
  const spy = { ack_policy: "none", deliver_policy: "last" };
  const pushed = { ...spy, durable_name: "spy", deliver_subject: `_INBOX.${self}.spy` };
  const asked = (config: object): string => JSON.stringify({ stream_name: stream, config });
  return [
    [`STREAM.CREATE.${stream}_more`, JSON.stringify({ name: `${stream}_more`, subjects: [`more.${stream}`] })],
    [`STREAM.CREATE.${stream}`, JSON.stringify({ name: stream, subjects: [`more.${stream}`] })],
    [`STREAM.UPDATE.${stream}`, JSON.stringify({ name: stream, subjects: ["taken.over"] })],
    [`STREAM.DELETE.${stream}`, ""],
    [`STREAM.PURGE.${stream}`, self === "archiver" && kind === "OBJECTS" ? JSON.stringify({ filter: "obj.nobody.x" }) : "{}"],
    [`STREAM.INFO.${stream}`, ""],
    [`STREAM.MSG.GET.${stream}`, JSON.stringify({ last_by_subj: at })],
    [`STREAM.MSG.DELETE.${stream}`, JSON.stringify({ seq: 1 })],
    [`STREAM.SNAPSHOT.${stream}`, JSON.stringify({ deliver_subject: `_INBOX.${self}.snapshot` })],
    [`STREAM.RESTORE.${stream}`, JSON.stringify({ config: { name: stream }, state: {} })],
    [`STREAM.LEADER.STEPDOWN.${stream}`, ""],
    [`STREAM.PEER.REMOVE.${stream}`, JSON.stringify({ peer: "x" })],
    [`STREAM.PEER.EVACUATE.${stream}`, JSON.stringify({ peer: "x" })],
    [`ACCOUNT.PURGE.${owner}`, ""],
    [`ACCOUNT.STREAM.MOVE.${owner}.${stream}`, "{}"],
    [`ACCOUNT.STREAM.CANCEL_MOVE.${owner}.${stream}`, "{}"],
    [`DIRECT.GET.${stream}`, JSON.stringify({ last_by_subj: at })],
    [`DIRECT.GET.${stream}.${at}`, ""],
    [`CONSUMER.CREATE.${stream}`, asked(spy)],
    [`CONSUMER.CREATE.${stream}.spy`, asked(pushed)],
    [`CONSUMER.CREATE.${stream}.spy.${at}`, asked({ ...pushed, filter_subject: at })],
    [`CONSUMER.DURABLE.CREATE.${stream}.spy`, asked(pushed)],
    [`CONSUMER.LIST.${stream}`, ""],
    [`CONSUMER.NAMES.${stream}`, ""],
    ...ofConsumer(stream, "spy"),
  ];
}

function ofConsumer(stream: string, consumer: string): readonly Call[] {
  return [
    [`CONSUMER.INFO.${stream}.${consumer}`, ""],
    [`CONSUMER.DURABLE.CREATE.${stream}.${consumer}`, JSON.stringify({ stream_name: stream, config: { durable_name: consumer } })],
    [`CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify({ batch: 1, no_wait: true })],
    [`CONSUMER.PAUSE.${stream}.${consumer}`, JSON.stringify({ pause_until: "2040-01-01T00:00:00Z" })],
    [`CONSUMER.UNPIN.${stream}.${consumer}`, JSON.stringify({ group: "g" })],
    [`CONSUMER.RESET.${stream}.${consumer}`, JSON.stringify({ seq: 1 })],
    [`CONSUMER.LEADER.STEPDOWN.${stream}.${consumer}`, ""],
    [`CONSUMER.PEER.REMOVE.${stream}.${consumer}`, JSON.stringify({ peer: "x" })],
    [`CONSUMER.PEER.EVACUATE.${stream}.${consumer}`, JSON.stringify({ peer: "x" })],
    [`CONSUMER.DELETE.${stream}.${consumer}`, ""],
  ];
}

/** What is published: into streams, to who listens, to the server's ears for acknowledgements. */
function plain({ name, targets }: Owner, self: string, owners: readonly Owner[]): readonly Try[] {
  const kinds = ["evt", "run", "at", "reg", "cache", "obj", "shown", "draw", "index", "live", "tick"];
  const asked = owners.flatMap(({ name: third }) => [
    `ask.${name}.${third}.forged.f-1`,
    `ans.${name}.${third}.f.1`,
    `obj.${name}.of.${third}.f.0`,
  ]);
  const openings = ["*", ">"].flatMap((sender) => [`obj.${name}.of.${sender}.f.0`, `obj.${name}.${sender}`]);
  const facts = FACTS.filter(({ giver }) => giver === name).map(({ under }) => `${under}forged.f1`);
  const streams = targets.flatMap(({ stream, consumers }) => [
    ...[...consumers, "spy"].flatMap((consumer) =>
      name === self
        ? []
        : [`$JS.ACK.${stream}.${consumer}.1.1.1.1.1`, `$JS.ACK._.hash.${stream}.${consumer}.1.1.1.1.1.x`, `$JS.FC.${stream}.${consumer}.f`],
    ),
    `$JS.SNAPSHOT.ACK.${stream}.f`,
    `$JS.SNAPSHOT.RESTORE.${stream}.f`,
  ]);
  return [
    ...kinds.map((kind) => `${kind}.${name}.forged.f.f.f`),
    ...asked,
    ...openings,
    ...facts,
    ...[`fact.${self}.${name}.f`, `fact.${name}.${self}.f`, `fleet.${name}`, `_INBOX.${name}.f`, `_INBOX.${name}.mux.1`],
    ...streams,
    ...["CONNECT", "CLAIMS.UPDATE", "SERVER.CONNS"].map((verb) => `$SYS.ACCOUNT.${name}.${verb}`),
    ...["INFO", "CONNZ", "JSZ", "CLAIMS.UPDATE", "CLAIMS.LOOKUP"].map((verb) => `$SYS.REQ.ACCOUNT.${name}.${verb}`),
  ].map((subject) => ({ subject, body: "" }));
}

/** Has the server answer an own request to where it is another's. */
function byReply({ name }: Owner, self: string): readonly Try[] {
  if (name === self) return [];
  const places = [
    `evt.${name}.forged.f.f.r`,
    `run.${name}.forged.f.f.r`,
    `ask.${name}.${self}.forged.f-r`,
    `_INBOX.${name}.r`,
    `obj.${name}.f.r`,
    `obj.${name}.of.${self}.r.0`,
  ];
  return places.flatMap((reply) => [
    { subject: `$JS.API.DIRECT.GET.OBJECTS_${self}`, body: JSON.stringify({ last_by_subj: secretAt(self, "OBJECTS") }), reply },
    { subject: `obj.${self}.forged.r`, body: "", reply },
  ]);
}
