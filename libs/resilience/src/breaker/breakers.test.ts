import { ArmadaError, buildEnvelope, chainOf, encodeBody } from "@armada/contracts";
import { handleEndless, type Log, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { breaker } from "./breaker.ts";
import { Breakers } from "./breakers.ts";
import { type BreakerState, breakerOf } from "./events.ts";
import { type BreakerOptions, breakerSettings } from "./settings.ts";

const S = 1_000;
const LONG = 20 * S;

/** Replicas of an office, each with its view of the clerk's breaker; `queue` is what they told its queue last. */
function office(options: BreakerOptions = {}) {
  const clock = new VirtualClock(Date.parse("2026-01-01T12:00:00Z"));
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("office", []);
  const random = seededRandom(2);
  const { signal } = new AbortController();
  const queue: { told: (BreakerState["status"] | "none")[] } = { told: [] };
  const warned: string[] = [];
  const replica = ({
    log: over = {},
    without = [],
    tell = () => Promise.resolve(),
  }: {
    log?: Partial<Log>;
    without?: readonly string[];
    tell?: (status: string) => Promise<void>;
  } = {}) => {
    const { log, gossip } = mesh.connect("office");
    const breakers = new Breakers({
      team: "office",
      subjects: new Map([["clerk", breakerSettings(options)]]),
      without,
      ports: { log: { ...log, ...over }, gossip, clock, random, logger: { info: () => undefined, warn: (line) => void warned.push(line) } },
      signal,
      tell: async (subject, { status }) => {
        await tell(status);
        queue.told.push(subject === "clerk" ? status : "none");
      },
    });
    void breakers.follow();
    return breakers;
  };
  const { log } = mesh.connect("office");
  const decide = (command: Parameters<typeof breaker.decide>[0]): Promise<unknown> =>
    handleEndless({ log, clock, random }, breaker, breakerOf("office", "clerk"), command);
  /** What work comes to, at most so many ms on; "waits" where it does not come to an end by then. */
  const within = async <T>(ms: number, work: Promise<T>): Promise<T | "waits"> => {
    const done: { value?: T; error?: unknown } = {};
    work.then(
      (value) => Object.assign(done, { value, over: true }),
      (error: unknown) => Object.assign(done, { error, over: true }),
    );
    const end = clock.now() + ms;
    clock.sleep(ms).catch(() => undefined);
    await clock.run(() => "over" in done || clock.now() >= end, ms + 1);
    if ("error" in done) throw done.error;
    return "over" in done ? (done.value as T) : "waits";
  };
  const wait = async (ms: number): Promise<void> => void (await within(ms, new Promise(() => undefined)));
  const ask = (of: Breakers, call: string) => within(LONG, of.admit("clerk", call, LONG, signal));
  const fail = (of: Breakers, times = 5): void => {
    for (let i = 0; i < times; i++) of.report("clerk", { begun: clock.now(), probe: undefined, came: "failed" });
  };
  return { clock, mesh, replica, decide, within, wait, ask, fail, queue, warned, signal };
}

const probeOf = (admission: unknown): string | undefined => (admission as { probe?: string }).probe;

test("who waits its turn does not go out where the breaker opens meanwhile", async () => {
  const { replica, decide, clock, wait, signal } = office({ drain: 1 });
  const one = replica();
  await wait(S);
  await decide({ type: "set", at: clock.now(), ms: 1, to: "closed", why: "by hand" });
  await wait(10);
  const went: string[] = [];
  for (const call of ["a", "b", "c", "d"]) void one.admit("clerk", call, LONG, signal).then(({ kind }) => went.push(`${call} ${kind}`));
  await wait(1_500);
  expect(went).toEqual(["a go", "b go"]);
  await decide({ type: "open", at: clock.now(), ms: 60 * S, why: "it fails" });
  await wait(5 * S);
  expect(went).toEqual(["a go", "b go", "c open", "d open"]);
});

test("who heard too late that it may try it does not: another may be at it", async () => {
  const { replica, decide, clock, wait, ask, mesh, within, signal } = office();
  const other = replica();
  const { log } = mesh.connect("office");
  const frozen = replica({
    log: {
      append: async (...what) => {
        const answer = await log.append(...what);
        await clock.sleep(40 * S); // it stands still with the answer
        return answer;
      },
    },
  });
  await decide({ type: "set", at: clock.now(), ms: S, to: "open", why: "by hand" });
  await wait(2 * S);
  const first = frozen.admit("clerk", "b", LONG, signal);
  await wait(26 * S);
  expect(probeOf(await ask(other, "c"))).toMatch(/^c~/);
  expect(await within(LONG, first)).toMatchObject({ kind: "open" });
});

test("who tried it in vain leaves the next try to another, and takes it where there is none", async () => {
  const { replica, wait, ask, fail, clock } = office();
  const one = replica();
  await wait(S);
  fail(one);
  await wait(61 * S);
  const probe = probeOf(await ask(one, "a"));
  one.report("clerk", { begun: clock.now(), probe, came: "failed" });
  await wait(60 * S);
  expect(await ask(one, "a")).toMatchObject({ kind: "open", next: clock.now() + 500 });
  expect(probeOf(await ask(one, "b"))).toMatch(/^b~/);
  await wait(60 * S);
  expect(probeOf(await ask(one, "a"))).toMatch(/^a~/);
});

test("what the call that tried it came to is written down by a replica that stops", async () => {
  const { replica, wait, ask, fail, clock, within } = office();
  const [one, other] = [replica(), replica()];
  await wait(S);
  fail(one);
  await wait(61 * S);
  const probe = probeOf(await ask(one, "a"));
  one.report("clerk", { begun: clock.now(), probe, came: "well" });
  expect(await within(S, one.end(2 * S))).toBeUndefined();
  await wait(S);
  expect(other.state("clerk")?.status).toBe("closed");
});

test("queues that could not be told hear it later, and what is newer", async () => {
  const away = { until: 0 };
  const { replica, wait, fail, clock, queue, decide } = office();
  const one = replica({
    tell: () =>
      clock.now() < away.until ? Promise.reject(new ArmadaError("LOG_UNAVAILABLE", "away", { retryable: true })) : Promise.resolve(),
  });
  await wait(S);
  away.until = clock.now() + 10 * S;
  fail(one);
  await wait(5 * S);
  expect([one.state("clerk")?.status, queue.told]).toEqual(["open", []]);
  // Another decides, and its word is at the server first.
  await decide({ type: "set", at: clock.now(), ms: S, to: "closed", why: "by hand" });
  await wait(10 * S);
  expect(queue.told.at(-1)).toBe("closed");
});

test("a pause that comes to the server after what another decided is taken back", async () => {
  const { replica, wait, within, queue, clock } = office();
  const slow = replica({ tell: (status) => (status === "open" ? clock.sleep(10 * S) : Promise.resolve()) });
  const other = replica();
  await wait(S);
  void slow.set("clerk", "open", 600 * S, "maintenance");
  await wait(S);
  await within(S, other.set("clerk", "closed", 600 * S, "it is over"));
  await wait(20 * S);
  expect(queue.told).toEqual(["closed", "open", "closed"]);
});

test("a replica that starts sees to the queues, of agents that have no breaker any more as well", async () => {
  const { replica, decide, clock, wait, queue } = office();
  replica({ without: ["guard"] });
  await wait(S);
  expect(queue.told).toEqual([]); // where none ever opened there is nothing to see to
  await decide({ type: "set", at: clock.now(), ms: 600 * S, to: "open", why: "maintenance" });
  replica({ without: ["guard"] });
  await wait(S);
  expect(queue.told.toSorted()).toEqual(["none", "open"]);
});

test("a breaker of a newer build stops neither the start nor the calls", async () => {
  const { replica, wait, ask, mesh, clock, warned, within } = office();
  const before = replica();
  await wait(S);
  const envelope = (id: string, type: string, data: unknown) =>
    buildEnvelope({ id, source: "/office", type, subject: "clerk", time: "2026-01-01T00:00:00.000Z", data, team: "office" }, chainOf(id));
  const body = encodeBody([
    envelope("a", "office.call_breaker.slowed", {}),
    envelope("b", "office.call_breaker.state", { status: "slowed" }),
  ]);
  mesh.stream("office").append("evt.office.call_breaker.slowed.clerk.1", body, clock.now());
  const after = replica();
  await wait(S);
  for (const one of [before, after]) {
    expect(await ask(one, "a")).toEqual({ kind: "go" });
    for (let i = 0; i < 9; i++) one.report("clerk", { begun: clock.now(), probe: undefined, came: "failed" });
    await wait(S);
    expect(await ask(one, "a")).toEqual({ kind: "go" });
    await within(S, one.set("clerk", "open", S, "by hand"));
  }
  expect(warned.join("\n")).toMatch(/the breaker of clerk stays as it is known here: .*that this build knows/);
});

test("what others say that is no word on a call is not heard", async () => {
  const { replica, wait, mesh } = office({ failures: 1 });
  const one = replica();
  await wait(S);
  const { gossip } = mesh.connect("office");
  const word = { from: "x", subject: "clerk", begun: 1, ok: false, slow: false };
  const no = [
    "",
    "{",
    "null",
    "[]",
    `"${"x".repeat(1_000_000)}"`,
    JSON.stringify({ ...word, begun: "now" }),
    JSON.stringify({ ...word, subject: "__proto__" }),
  ];
  for (const body of no) gossip.say("calls", body);
  await wait(S);
  expect(one.state("clerk")?.status).toBe("closed");
  gossip.say("calls", JSON.stringify(word));
  await wait(S);
  expect(one.state("clerk")?.status).toBe("open");
});

test("a replica that stops before it knows its breakers ends without an error", async () => {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("office", []);
  const { log } = mesh.connect("office");
  const over = new AbortController();
  const away = async (): Promise<never> => {
    throw new ArmadaError("LOG_UNAVAILABLE", "away", { retryable: true });
  };
  const breakers = new Breakers({
    team: "office",
    subjects: new Map([["clerk", breakerSettings()]]),
    ports: { log: { ...log, head: away }, clock, random: seededRandom(2), logger: { info: () => undefined, warn: () => undefined } },
    signal: over.signal,
  });
  const following = breakers.follow();
  await clock.pass(1_000);
  over.abort();
  await expect(following).resolves.toBeUndefined();
});
