import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientOptions } from "../connection/client-options.ts";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { raiseWalls } from "../identity/identities.ts";
import { newSeed, publicKeyOf } from "../identity/nkey.ts";
import { ROLES } from "../identity/permissions.ts";
import { type RunningServer, startServer } from "../server.ts";
import { provision } from "../streams/provision.ts";
import { natsServerBinary, SERVER_CONF } from "../testing/mesh.ts";
import { accountsOf, administrationSeed } from "./accounts.ts";
import { factConsumer } from "./crossings.ts";
import { serverAccounts } from "./server-accounts.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const told = "evt.beta.order.placed.>";
/** alpha takes facts of beta and asks it; loner has no contract with anybody. */
const teams = [
  { team: "alpha", queues: [], sources: new Map([["beta", [told]]]), asks: ["beta.help"] },
  { team: "beta", queues: [], sources: new Map(), asks: [] },
  { team: "loner", queues: [], sources: new Map(), asks: [] },
];
const accounts = ["alpha", "beta", "loner", "operator", "archiver", "provisioner"] as const;
const ghost = "ghost";
const kinds = ["TEAM", "TIMERS", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS", "SHOWN"];
const secret = (owner: string): string => `what only ${owner} may know`;
const streamsOf = (owner: string): readonly string[] =>
  owner === "provisioner"
    ? ["FLEET"]
    : owner === "archiver"
      ? []
      : owner === "operator"
        ? ["OBJECTS_operator"]
        : kinds.map((kind) => `${kind}_${owner}`);

let folder: string;
let server: RunningServer;
let admin: Link;
/** Whoever has come to hold all that there is in an account: a client that is refused nothing there. */
const holders = new Map<string, NatsConnection>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-walls-"));
  const keys = join(folder, "keys");
  await raiseWalls(keys);
  const access = accessIn(keys);
  const present = await access.ensure([...ROLES, ...teams.map(({ team }) => team)]);
  const administration = await access.identity("provisioner");
  const seeds = new Map(accounts.map((name) => [name as string, newSeed()]));
  const all = { publish: [">"], subscribe: [">"] };
  const made = accountsOf(
    teams.map((team) => ({ ...team, sources: [...team.sources].map(([from, filters]) => ({ team: from, filters })) })),
  );
  const opened = made.map((account) => ({
    ...account,
    users: [...account.users, { name: `${account.name} holder`, administers: false, permissions: all }],
  }));
  const authorization = serverAccounts(opened, ({ name, administers }) => {
    const [account = "", holder] = name.split(" ");
    if (holder !== undefined) return publicKeyOf(seeds.get(account) ?? "");
    return administers ? publicKeyOf(administrationSeed(administration.seed, account)) : present.get(account);
  });
  server = await startServer({
    binary: natsServerBinary(),
    base: SERVER_CONF,
    data: join(folder, "data"),
    folder: join(folder, "server"),
    authorization,
    syncInterval: "100ms",
    logger: quiet,
  });
  for (const [name, seed] of seeds) holders.set(name, await connect(clientOptions(server.url, { name, seed })));
  admin = await link({ servers: server.url, identity: administration, logger: quiet });
  await provision(admin, teams, { replicas: 1, room: {} });
  for (const owner of ["alpha", "beta", "loner"])
    for (const subject of written(owner)) await holderOf(owner).request(subject, secret(owner), { timeout: 5_000 });
  await holderOf("operator").request("obj.operator.d.0", secret("operator"), { timeout: 5_000 });
  await holderOf("provisioner").request("fleet.alpha", secret("provisioner"), { timeout: 5_000 });
}, 60_000);

afterAll(async () => {
  await Promise.all([...holders.values()].map((connection) => connection.close()));
  await admin.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function holderOf(account: string): NatsConnection {
  const connection = holders.get(account);
  if (connection === undefined) throw new Error(`nobody holds ${account}`);
  return connection;
}

/** One message in each of a team's streams, of what others take and of what they do not. */
function written(owner: string): readonly string[] {
  return [
    `evt.${owner}.order.placed.1.k`,
    `evt.${owner}.order.hidden.1.k`,
    `run.${owner}.do.step.r.1`,
    `at.${owner}.r.1`,
    `reg.${owner}.key`,
    `cache.${owner}.key`,
    `obj.${owner}.d.0`,
    `shown.${owner}.d.0`,
    `draw.${owner}.b.1`,
    `index.${owner}.head`,
  ];
}

type Try = { readonly subject: string; readonly body: string };

/** All that is tried on an account: each verb of the JetStream API on each of its streams, and each subject that means something there. */
function triesOn(owner: string, self: string): readonly Try[] {
  const consumer = owner === "beta" ? factConsumer("beta", "alpha", told).name : "some";
  const config = { name: "spy", durable_name: "spy", deliver_subject: `_INBOX.${self}.spy`, ack_policy: "none" };
  const api = streamsOf(owner === ghost ? "alpha" : owner)
    .map((stream) => (owner === ghost ? stream.replace("alpha", ghost) : stream))
    .flatMap((stream): [string, unknown][] => [
      [`STREAM.CREATE.${stream}_more`, { name: `${stream}_more`, subjects: [`more.${stream}`] }],
      [`STREAM.UPDATE.${stream}`, { name: stream, subjects: ["taken.over"] }],
      [`STREAM.DELETE.${stream}`, ""],
      [`STREAM.PURGE.${stream}`, owner === "archiver" ? "" : {}],
      [`STREAM.INFO.${stream}`, ""],
      [`STREAM.MSG.GET.${stream}`, { seq: 1 }],
      [`STREAM.MSG.DELETE.${stream}`, { seq: 1 }],
      [`STREAM.SNAPSHOT.${stream}`, { deliver_subject: `_INBOX.${self}.snapshot` }],
      [`STREAM.RESTORE.${stream}`, { config: { name: stream }, state: {} }],
      [`STREAM.LEADER.STEPDOWN.${stream}`, ""],
      [`STREAM.PEER.REMOVE.${stream}`, { peer: "x" }],
      [`DIRECT.GET.${stream}`, { seq: 1 }],
      [`DIRECT.GET.${stream}.>`, ""],
      [`CONSUMER.CREATE.${stream}`, { stream_name: stream, config: { ...config, durable_name: undefined } }],
      [`CONSUMER.CREATE.${stream}.spy`, { stream_name: stream, config }],
      [`CONSUMER.CREATE.${stream}.spy.>`, { stream_name: stream, config }],
      [`CONSUMER.DURABLE.CREATE.${stream}.spy`, { stream_name: stream, config }],
      [`CONSUMER.DELETE.${stream}.${consumer}`, ""],
      [`CONSUMER.INFO.${stream}.${consumer}`, ""],
      [`CONSUMER.LIST.${stream}`, ""],
      [`CONSUMER.NAMES.${stream}`, ""],
      [`CONSUMER.MSG.NEXT.${stream}.${consumer}`, { batch: 1, no_wait: true }],
      [`CONSUMER.PAUSE.${stream}.${consumer}`, { pause_until: "2040-01-01T00:00:00Z" }],
      [`CONSUMER.UNPIN.${stream}.${consumer}`, { group: "g" }],
    ]);
  const calls = api.flatMap(([call, body]) =>
    [`$JS.API.${call}`, `JS.${owner}.API.${call}`].map((subject) => ({ subject, body: text(body) })),
  );
  const plain = [
    ...written(owner),
    `tick.${owner}.r.1`,
    `live.${owner}.r.1`,
    `ask.${owner}.third.help.r-1`,
    `ans.${owner}.third.r.1`,
    ...["third", "*", ">"].map((sender) => `obj.${owner}.of.${sender}.d.0`),
    `fact.alpha.${owner}.x`,
    `fleet.${owner}`,
    `_INBOX.${owner}.x`,
    ...streamsOf(owner).flatMap((stream) => [
      `$JS.ACK.${stream}.${consumer}.1.1.1.1.1`,
      `$JS.FC.${stream}.some_other.1`,
      `$JS.SNAPSHOT.ACK.${stream}.1`,
      `$JS.SNAPSHOT.RESTORE.${stream}.1`,
    ]),
    `$SYS.ACCOUNT.${owner}.CONNECT`,
    `$SYS.REQ.ACCOUNT.${owner}.INFO`,
    "$SYS.REQ.SERVER.PING",
    "$JS.API.SERVER.REMOVE",
    "$JS.API.META.LEADER.STEPDOWN",
    `$JS.API.ACCOUNT.PURGE.${owner}`,
  ].map((subject) => ({ subject, body: "forged" }));
  return [...calls, ...plain];
}

/** Whoever holds an account may have streams made there by any free name. */
function isNotAtHome({ subject }: Try): boolean {
  return !/^\$JS\.API\.STREAM\.(CREATE|RESTORE)\./.test(subject);
}

function text(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Tries all, and answers by subject what came back. */
async function answersTo(self: string, tries: readonly Try[]): Promise<ReadonlyMap<string, string>> {
  const connection = holderOf(self);
  const answers = new Map<string, string>();
  const inbox = `_INBOX.${self}.tries`;
  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (_error, message) => {
      const subject = tries[Number(message.subject.slice(inbox.length + 1))]?.subject ?? "";
      const said = message.headers?.code === 503 ? "nobody" : `${message.headers?.code ?? ""} ${message.string()}`;
      answers.set(subject, `${answers.get(subject) ?? ""}${said}`);
    },
  });
  for (const [i, { subject, body }] of tries.entries()) connection.publish(subject, body, { reply: `${inbox}.${i}` });
  await connection.flush();
  await sleep(300);
  subscription.unsubscribe();
  return answers;
}

/** All that there is in other accounts than `self`, but for what the server only counts. */
async function thereBut(self: string): Promise<unknown> {
  const found: unknown[] = [];
  for (const account of accounts.filter((name) => name !== self && name !== "archiver")) {
    const manager = await jetstreamManager((await admin.in(account)).connection, { checkAPI: false });
    for await (const { config, state } of manager.streams.list()) {
      const consumers = await Array.fromAsync(manager.consumers.list(config.name));
      found.push({
        account,
        config,
        messages: state.messages,
        last: state.last_seq,
        consumers: consumers.map(({ name, config: about, paused }) => ({ name, about, paused })),
      });
    }
  }
  return found;
}

describe("whoever holds all of one account", () => {
  const others = (self: string): string[] => accounts.filter((name) => name !== self);

  test.each(["alpha", "beta", "loner", "operator"])("%s changes nothing in another", async (self) => {
    const before = await thereBut(self);
    for (const owner of others(self)) await answersTo(self, triesOn(owner, self));
    expect(await thereBut(self)).toEqual(before);
  });

  test("of archiver may take bodies away and change nothing else", async () => {
    const before = await thereBut("archiver");
    for (const owner of others("archiver"))
      await answersTo(
        "archiver",
        triesOn(owner, "archiver").filter(({ subject }) => !/STREAM\.PURGE\.OBJECTS_/.test(subject)),
      );
    expect(await thereBut("archiver")).toEqual(before);
  });

  test.each([
    ["alpha", "beta", [`JS.beta.API.DIRECT.GET.SHOWN_beta`, `JS.beta.API.STREAM.MSG.GET.SHOWN_beta`]],
    ["alpha", "loner", []],
    ["beta", "alpha", []],
    ["alpha", "operator", []],
    ["beta", "loner", []],
    ["loner", "alpha", []],
    ["loner", "beta", []],
    ["loner", "provisioner", ["JS.provisioner.API.DIRECT.GET.FLEET"]],
    ["archiver", "operator", []],
  ])("%s is told what is stored at %s by these calls alone", async (self, owner, calls) => {
    const answers = await answersTo(self, triesOn(owner, self));
    const data = Buffer.from(secret(owner)).toString("base64");
    const telling = [...answers].filter(([, said]) => said.includes(secret(owner)) || said.includes(data)).map(([subject]) => subject);
    expect(telling.sort()).toEqual(calls);
  });

  test.each(["alpha", "beta"])("%s cannot tell a team without a contract from none", async (self) => {
    const shown = async (owner: string): Promise<string[]> =>
      [...(await answersTo(self, triesOn(owner, self).filter(isNotAtHome)))]
        .map(([subject, said]) => `${subject} ${said}`.replaceAll(owner, "TEAM"))
        .sort();
    expect(await shown("loner")).toEqual(await shown(ghost));
  });

  test("puts copies into another's objects below its own name, once, and reads none of them there", async () => {
    const [mine, others] = ["obj.beta.of.alpha.given.0", "obj.beta.of.loner.given.0"];
    const once = headers();
    once.set("Nats-Expected-Last-Subject-Sequence", "0");
    const put = async (self: string, subject: string): Promise<string> => {
      const answer = await holderOf(self).request(subject, `given by ${self}`, { headers: once, timeout: 2_000 }).catch(String);
      return typeof answer === "string" ? answer : answer.string();
    };
    expect(JSON.parse(await put("alpha", mine))).toMatchObject({ stream: "OBJECTS_beta" });
    expect(await put("alpha", mine)).toContain("wrong last sequence");
    for (const [self, subject] of [
      ["alpha", others],
      ["alpha", "obj.beta.of.*.given.0"],
      ["loner", mine],
      ["loner", others],
    ] as const)
      expect(await put(self, subject)).toMatch(/no responders/i);
    const had = holderOf("beta").request("$JS.API.DIRECT.GET.OBJECTS_beta", JSON.stringify({ last_by_subj: mine }), { timeout: 2_000 });
    expect((await had).string()).toBe("given by alpha");
    const told = [
      ...(await answersTo("loner", triesOn("beta", "loner"))).values(),
      ...(await answersTo("alpha", triesOn("beta", "alpha"))).values(),
    ].join("");
    expect(told).not.toContain("given by");
  });

  test("hears of another's life what a contract says: the facts that it takes, the asks that it is asked", async () => {
    const heard = new Map<string, Set<string>>();
    const listening = ["alpha", "beta", "loner", "operator"].map((self) =>
      holderOf(self).subscribe(">", {
        callback: (_error, message: Msg) => {
          const [, by] = /^said by (\w+)$/.exec(message.string()) ?? [];
          if (by !== undefined && by !== self) heard.set(self, (heard.get(self) ?? new Set()).add(message.subject));
        },
      }),
    );
    await Promise.all([...holders.values()].map((connection) => connection.flush()));
    const says = (self: string, subjects: readonly string[]): void => {
      for (const subject of subjects) holderOf(self).publish(subject, `said by ${self}`);
    };
    says("beta", [...written("beta"), "evt.beta.order.placed.2.k", "live.beta.r.1", "ans.alpha.beta.r.1", "ask.loner.beta.help.r-1"]);
    says("loner", [...written("loner"), "live.loner.r.1", "ask.alpha.loner.help.r-1", "fact.alpha.loner.x"]);
    says("alpha", ["ask.beta.alpha.help.r-1", "ans.beta.alpha.r.1", "ask.loner.alpha.help.r-1"]);
    await sleep(500);
    for (const one of listening) one.unsubscribe();
    const all = Object.fromEntries([...heard].map(([self, subjects]) => [self, [...subjects].sort()]));
    expect(all).toEqual({
      alpha: ["ans.alpha.beta.r.1", factConsumer("beta", "alpha", told).deliver],
      beta: ["ask.beta.alpha.help.r-1"],
      operator: ["live.beta.r.1", "live.loner.r.1"],
    });
  });
});
