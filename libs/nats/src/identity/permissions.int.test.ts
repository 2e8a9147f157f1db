import { createUser } from "@nats-io/nkeys";
import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Link, link } from "../connection/connect.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { accessIn } from "./access.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const ack = (stream: string): string[] => [`$JS.ACK.${stream}.q.1.1.1.1.1`, `$JS.ACK._.HASH.${stream}.q.1.1.1.1.1.x`];
const reads = (stream: string): string[] => [
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.peek`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.q`,
];
/** What a reader needs, and what it may not: others' consumers are no more its own than their streams. */
const looks = (stream: string): string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.CONSUMER.LIST.${stream}`,
  `$JS.API.CONSUMER.INFO.${stream}.q`,
];
const consumers = (stream: string): string[] => [
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.peek`,
  `$JS.API.CONSUMER.CREATE.${stream}.q.evt.alpha.>`,
  `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.q`,
  ...["DELETE", "PAUSE", "RESET", "UNPIN", "MSG.NEXT", "LEADER.STEPDOWN"].map((call) => `$JS.API.CONSUMER.${call}.${stream}.q`),
];
/** What an identity needs of the fleet's manifests. */
const follows = ["$JS.API.STREAM.INFO.FLEET", "$JS.API.CONSUMER.CREATE.FLEET.peek", "$JS.API.CONSUMER.MSG.NEXT.FLEET.peek"];
const manifests = ["fleet.alpha", "fleet.beta", "fleet.provisioner", "fleet.x.y"];
const changes = (stream: string): string[] =>
  ["PURGE", "DELETE", "UPDATE", "MSG.DELETE", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN"].map((call) => `$JS.API.STREAM.${call}.${stream}`);
const written = (team: string): string[] => [
  `evt.${team}.a.b.c.1`,
  `run.${team}.do.a.r.1`,
  `at.${team}.r.1`,
  `obj.${team}.d.0`,
  `live.${team}.r.1`,
  `draw.${team}.b.1`,
  `index.${team}.head`,
];
const asks = (from: string, to: string): string[] => [`ask.${to}.${from}.help.r-1`, `ans.${to}.${from}.r.1`];

/** What each identity may publish, and what it may not. `NONE` is a stream that does not exist: what is allowed there harms nothing. */
const matrix: Record<string, { may: readonly string[]; mayNot: readonly string[] }> = {
  alpha: {
    may: [
      ...written("alpha"),
      ...asks("alpha", "beta"),
      ...reads("TEAM_alpha"),
      ...ack("TEAM_alpha"),
      "$JS.API.DIRECT.GET.OBJECTS_beta",
      ...follows,
      "$JS.API.DIRECT.GET.INDEX_alpha",
    ],
    mayNot: [
      ...written("beta"),
      ...asks("beta", "alpha"),
      ...asks("beta", "beta"),
      "tick.alpha.r.1",
      "tick.beta.r.1",
      ...reads("TEAM_beta"),
      ...ack("TEAM_beta"),
      ...changes("TEAM_alpha"),
      ...changes("TEAM_beta"),
      ...changes("TIMERS_alpha"),
      ...changes("OBJECTS_alpha"),
      ...changes("DRAWS_alpha"),
      ...manifests,
      ...changes("FLEET"),
      ...changes("INDEX_alpha"),
      ...reads("DRAWS_beta"),
      ...reads("INDEX_beta"),
      "$JS.API.STREAM.CREATE.MINE",
      "$JS.API.STREAM.LIST",
      "_INBOX.beta.x",
      "cache.fleet.answer-x",
      ...reads("CACHE_fleet"),
      "anything",
    ],
  },
  sharer: {
    may: [
      ...written("sharer"),
      ...follows,
      "cache.fleet.answer-x",
      "$JS.API.DIRECT.GET.CACHE_fleet",
      "$JS.API.CONSUMER.CREATE.CACHE_fleet.peek",
    ],
    mayNot: ["reg.alpha.x", "cache.alpha.x", ...changes("CACHE_fleet"), "$JS.API.CONSUMER.PAUSE.CACHE_fleet.peek", ...reads("CACHE_alpha")],
  },
  stranger: {
    may: [...written("stranger"), ...follows],
    mayNot: [
      ...manifests,
      ...changes("FLEET"),
      ...written("alpha"),
      ...reads("TEAM_alpha"),
      ...changes("TEAM_alpha"),
      ...asks("alpha", "beta"),
    ],
  },
  operator: {
    may: [...looks("TEAM_alpha"), ...looks("TEAM_beta"), ...looks("FLEET"), "$JS.API.STREAM.LIST", "ask.alpha.operator.run_cancel.x"],
    mayNot: [
      ...consumers("TEAM_alpha"),
      ...consumers("FLEET"),
      "$JS.FC.TEAM_alpha.x",
      ...manifests,
      ...changes("FLEET"),
      ...written("alpha"),
      ...asks("alpha", "beta"),
      "ans.alpha.operator.r.1",
      ...changes("TEAM_alpha"),
      ...ack("TEAM_alpha"),
      "$JS.API.CONSUMER.PAUSE.TEAM_alpha.q",
      "live.operator.r.1",
    ],
  },
  gateway: {
    may: [...written("gateway"), ...looks("TEAM_alpha"), ...looks("FLEET"), "ask.alpha.gateway.run_start.x"],
    mayNot: [
      ...consumers("TEAM_alpha"),
      ...consumers("FLEET"),
      ...manifests,
      ...changes("FLEET"),
      ...written("alpha"),
      ...changes("TEAM_alpha"),
      ...ack("TEAM_alpha"),
      ...asks("alpha", "beta"),
    ],
  },
  archiver: {
    may: [...looks("TEAM_alpha"), "$JS.API.STREAM.PURGE.NONE"],
    mayNot: [
      ...consumers("TEAM_alpha"),
      ...manifests,
      ...written("alpha"),
      ...asks("archiver", "alpha"),
      ...changes("TEAM_alpha").filter((subject) => !subject.includes("PURGE")),
    ],
  },
  provisioner: {
    may: ["$JS.API.STREAM.CREATE.NONE", "$JS.API.STREAM.UPDATE.NONE", "$JS.API.CONSUMER.DURABLE.CREATE.NONE.q", ...manifests],
    mayNot: [...written("alpha"), ...asks("provisioner", "alpha"), ...ack("TEAM_alpha")],
  },
};
/** Who may watch the text of running calls. */
const watchers = new Set(["operator", "gateway"]);

let mesh: TestMesh;
const links = new Map<string, { link: Link; refused: string[] }>();

beforeAll(async () => {
  const team = (name: string): Parameters<typeof startTestMesh>[0][number] => ({
    team: name,
    queues: [{ name: "q", filters: [`run.${name}.>`], concurrency: 1 }],
    sources: new Map(),
  });
  mesh = await startTestMesh([team("alpha"), team("beta"), { ...team("sharer"), shares: true }], { strangers: ["stranger", "gateway"] });
  for (const name of Object.keys(matrix)) {
    const refused: string[] = [];
    const made = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity(name), logger: quiet });
    void (async () => {
      for await (const status of made.connection.status()) if (status.type === "error") refused.push(status.error.message);
    })();
    links.set(name, { link: made, refused });
  }
});
afterAll(async () => {
  await Promise.all([...links.values()].map(({ link: open }) => open.close()));
  await mesh[Symbol.asyncDispose]();
});

/** Whether the server took what the identity did: it says no before it answers the flush. */
async function allowed(name: string, act: (open: Link) => void): Promise<boolean> {
  const one = links.get(name);
  if (one === undefined) throw new Error(`no link of ${name}`);
  const before = one.refused.length;
  act(one.link);
  await one.link.connection.flush();
  await new Promise((resolve) => setImmediate(resolve));
  return one.refused.length === before;
}

describe.each(Object.keys(matrix))("%s", (name) => {
  test.each(matrix[name]?.may ?? [])("may publish %s", async (subject) => {
    // An expectation that cannot hold: nothing of this is stored.
    const h = headers();
    h.set("Nats-Expected-Last-Sequence", "999999");
    expect(await allowed(name, (open) => open.connection.publish(subject, "{}", { headers: h }))).toBe(true);
  });

  test.each(matrix[name]?.mayNot ?? [])("may not publish %s", async (subject) => {
    expect(await allowed(name, (open) => open.connection.publish(subject, "{}"))).toBe(false);
  });

  test("may listen to its own inbox, to live text where it is a watcher, and to nothing else", async () => {
    const listen = (subject: string) => allowed(name, (open) => void open.connection.subscribe(subject, { callback: () => undefined }));
    expect(await listen(`_INBOX.${name}.more`)).toBe(true);
    for (const subject of ["_INBOX.>", "_INBOX.someone.>", `evt.${name}.>`, "evt.beta.>", "run.>", ">", "$JS.EVENT.>"])
      expect(await listen(subject), subject).toBe(false);
    for (const subject of ["live.>", `live.${name}.>`, "live.beta.r.1", "live.*.r.*"])
      expect(await listen(subject), subject).toBe(watchers.has(name));
  });
});

test("an identity that the server does not know is told so, and does not wait for ever", async () => {
  const pair = createUser();
  const identity = { name: "alpha", seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
  await expect(link({ servers: mesh.url, identity, logger: quiet })).rejects.toThrow(/Authorization Violation/);
});
