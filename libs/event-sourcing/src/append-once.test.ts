import { ArmadaError, buildEnvelope, chainOf, encodeBody } from "@armada/contracts";
import { expect, test } from "vitest";
import { appendJudged, appendOnce, appendSole, type Judged, type Outgoing, type Settled, setTimerOnce } from "./append-once.ts";
import { HOSTILE } from "./memory/hostility.ts";
import { MemoryMesh } from "./memory/mesh.ts";
import type { Appended, Expectation, Log, Message } from "./ports.ts";
import { seededRandom, VirtualClock } from "./testing/index.ts";

/** What happens to one append: it reaches the log or not, and this is answered in place of the log's own word. */
type Fate = { readonly reaches: boolean; readonly answers?: Appended };
const honest: Fate = { reaches: true };
const lost: Fate = { reaches: true, answers: { kind: "unavailable", reason: "the answer was lost" } };
const gone: Fate = { reaches: false, answers: { kind: "unavailable", reason: "no answer" } };
const rival: Fate = { reaches: false, answers: { kind: "conflict" } };
const full: Fate = { reaches: false, answers: { kind: "full" } };

function scene(...fates: readonly Fate[]) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("bank", []);
  const { log, timers } = mesh.connect("bank");
  const coming = [...fates];
  const sent: string[] = [];
  const said: string[] = [];
  const unread = { left: 0 };
  const append: Log["append"] = async (subject, body, expect) => {
    sent.push(body);
    const { reaches, answers } = coming.shift() ?? honest;
    const answer = reaches ? await log.append(subject, body, expect) : undefined;
    return answers ?? answer ?? { kind: "unavailable", reason: "no answer" };
  };
  const last: Log["last"] = async (filter, atLeast) => {
    if (unread.left-- > 0) throw new ArmadaError("LOG_UNAVAILABLE", "no replica answers", { retryable: true });
    return log.last(filter, atLeast);
  };
  const at: typeof timers.at = async (...given) => {
    const { reaches, answers } = coming.shift() ?? honest;
    const answer = reaches ? await timers.at(...given) : undefined;
    return answers ?? answer ?? { kind: "unavailable", reason: "no answer" };
  };
  const ports = {
    log: { append, last },
    timers: { at },
    clock,
    random: { next: () => 1 },
    logger: { warn: (it: string) => void said.push(it) },
  };
  const settles = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    ended.catch(() => undefined); // the caller hears it
    await clock.run(() => over, 600_000);
    return ended;
  };
  return { clock, mesh, log, ports, sent, said, unread, settles, bodies: () => mesh.stream("bank").messages.map(({ body }) => body) };
}

const FILTER = "evt.bank.pot.*.p1.*";

function message(key: number, id: string, data: unknown = {}): Outgoing {
  const about = { id, type: "bank.pot.filled", subject: "p1", time: "2026-01-01T00:00:00.000Z", data, team: "bank" };
  return { subject: `evt.bank.pot.filled.p1.${key}`, id, body: encodeBody([buildEnvelope(about, chainOf(id))]) };
}

test.each<[string, readonly Fate[], Settled, number]>([
  ["a log that answers", [], { kind: "stored", seq: 1, already: false }, 1],
  ["an answer that was lost", [lost], { kind: "stored", seq: 1, already: true }, 2],
  ["an append that was lost", [gone, gone], { kind: "stored", seq: 1, already: false }, 3],
  ["a log without room for a while", [full, full], { kind: "stored", seq: 1, already: false }, 3],
  ["a rival's write that is never stored", [rival, rival], { kind: "stored", seq: 1, already: false }, 3],
  ["a rival's write, and our own lost answer", [rival, lost], { kind: "stored", seq: 1, already: true }, 3],
])("%s: the message is stored once", async (_, fates, wanted, tries) => {
  const { ports, sent, bodies, settles } = scene(...fates);
  const ours = message(1, "ours");
  expect(await settles(appendOnce(ports, ours))).toEqual(wanted);
  expect(bodies()).toEqual([ours.body]);
  expect(sent).toEqual(Array.from({ length: tries }, () => ours.body));
});

test("what another process stored under the same id is ours, and under another id is not", async () => {
  const { ports, log, bodies, settles } = scene();
  await log.append(message(7, "other").subject, message(7, "other").body);
  await log.append(message(1, "ours").subject, message(1, "ours", "before").body);
  expect(await settles(appendOnce(ports, message(1, "ours")))).toEqual({ kind: "stored", seq: 2, already: true });
  expect(await settles(appendOnce(ports, message(1, "theirs")))).toEqual({ kind: "taken", last: 2 });
  expect(bodies()).toHaveLength(2);
});

test("an answer that was lost is not taken for ours where another's message came first", async () => {
  const { ports, log, settles } = scene(gone);
  await log.append(message(1, "theirs").subject, message(1, "theirs").body);
  expect(await settles(appendOnce(ports, message(1, "ours")))).toEqual({ kind: "taken", last: 1 });
});

test("our own is found behind others under a wider filter, once the log can be read", async () => {
  const { ports, log, unread, settles, bodies } = scene(lost, honest);
  unread.left = 3;
  const settling = appendOnce(ports, message(1, "ours"), { filter: FILTER, last: 0 });
  await log.append(message(2, "theirs").subject, message(2, "theirs").body);
  expect(await settles(settling)).toEqual({ kind: "stored", seq: 1, already: true });
  expect(bodies()).toHaveLength(2);
});

test("what the log refuses because of the message itself is not tried again", async () => {
  const { ports, sent, settles } = scene();
  const refused = await settles(appendOnce(ports, message(1, "ours", "x".repeat(1_100_000))));
  expect(refused).toEqual({ kind: "refused", reason: "more than 1000000 bytes" });
  expect(sent).toHaveLength(1);
});

test("what no try will mend is thrown", async () => {
  const { ports, settles } = scene();
  const broken = { ...ports.log, append: () => Promise.reject(new ArmadaError("ACK_DUPLICATE", "a duplicate")) };
  await expect(settles(appendOnce({ ...ports, log: broken }, message(1, "ours")))).rejects.toThrow("a duplicate");
});

test("patience bounds the tries, and what is handed back then is not certain; that there is no room is told at once", async () => {
  for (const [fate, kind] of [
    [gone, "unavailable"],
    [rival, "unavailable"],
    [full, "full"],
  ] as const) {
    const once = scene(fate);
    expect((await once.settles(appendOnce(once.ports, message(1, "ours"), undefined, { patience: 0 }))).kind).toBe(kind);
    expect(once.sent).toHaveLength(1);
    const patient = scene(fate, honest);
    const settled = await patient.settles(appendOnce(patient.ports, message(1, "ours"), undefined, { patience: 5_000 }));
    expect(settled.kind).toBe(fate === full ? "full" : "stored");
    if (fate === full) continue;
    const longer = scene(...Array.from({ length: 100 }, () => fate));
    const from = longer.clock.now();
    expect((await longer.settles(appendOnce(longer.ports, message(1, "ours"), undefined, { patience: 5_000 }))).kind).toBe(kind);
    expect(longer.clock.now() - from).toBeGreaterThanOrEqual(5_000);
    expect(longer.clock.now() - from).toBeLessThan(7_000);
  }
});

test("an abort ends the wait with its reason, and a wait that lasts is said", async () => {
  const { clock, ports, sent, said } = scene(...Array.from({ length: 100 }, () => gone));
  const over = new AbortController();
  const ended = appendOnce(ports, message(1, "ours"), undefined, { signal: over.signal, what: "the pot" }).catch((error: unknown) => error);
  await clock.run(() => sent.length === 5, 60_000);
  over.abort(new Error("stopped"));
  expect(await ended).toMatchObject({ message: "stopped" });
  expect(said).toEqual(["the pot waits: no answer"]);
});

test("where nobody else may publish, what stands there is ours, but a rival's write in flight is nothing yet", async () => {
  const first = scene(lost);
  expect(await first.settles(appendSole(first.ports, message(1, "ours")))).toEqual({ kind: "stored", seq: 1, already: true });
  const second = scene(rival);
  expect(await second.settles(appendSole(second.ports, message(1, "ours")))).toEqual({ kind: "stored", seq: 1, already: false });
  expect(second.bodies()).toHaveLength(1);
});

test("a timer whose rival's write is in flight is set, and one that is set is one", async () => {
  const { ports, mesh, clock, settles } = scene(rival, gone, honest, honest);
  const timer = { run: "r1", n: 2, time: clock.now() + 3_600_000, body: "{}" };
  expect(await settles(setTimerOnce(ports, timer))).toMatchObject({ kind: "stored", already: false });
  expect(mesh.timerPending("bank", "r1", 2)).toBe(true);
  expect(await settles(setTimerOnce(ports, timer))).toMatchObject({ kind: "stored", already: true });
});

/** A pot of 20 that each of its writers takes one from, unless somebody took the last. */
type Pot = { readonly seq: number; readonly taken: readonly string[] };
const readPot =
  (log: Pick<Log, "load">) =>
  async (atLeast: number): Promise<Pot> => {
    const loaded = await log.load(FILTER, atLeast);
    const messages: readonly Message[] = loaded.kind === "loaded" ? loaded.messages : [];
    return { seq: messages.at(-1)?.seq ?? 0, taken: messages.map(({ envelopes }) => String(envelopes[0]?.data)) };
  };
const takeOne =
  (by: string, ids: () => string) =>
  ({ taken }: Pot): Outgoing | undefined =>
    taken.length >= 20 || taken.includes(by) ? undefined : message(taken.length + 1, ids(), by);

test("of 50 writers on a hostile log each hears what it got, and no more is taken than there is", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const clock = new VirtualClock();
    const mesh = new MemoryMesh(clock, seededRandom(seed), HOSTILE);
    mesh.provision("bank", []);
    const random = seededRandom(seed + 1_000);
    const writers = Array.from({ length: 50 }, (_, i) => `w${i}`);
    const all = Promise.all(
      writers.map((by) => {
        const { log } = mesh.connect("bank");
        const judging = { filter: FILTER, read: readPot(log), judge: takeOne(by, () => random.id()) };
        return appendJudged({ log, clock, random }, judging);
      }),
    );
    let outcomes: readonly Judged<Pot, Outgoing>[] = [];
    void all.then((told) => {
      outcomes = told;
    });
    await clock.run(() => outcomes.length > 0, 6_000_000);
    const { taken } = await readPot({ load: async (filter) => mesh.stream("bank").load(filter, mesh.stream("bank").head) })(0);
    expect(taken).toHaveLength(20);
    expect([...taken].sort()).toEqual(writers.filter((_, i) => outcomes[i]?.kind === "stored").sort());
    expect(outcomes.filter(({ kind }) => kind === "nothing")).toHaveLength(30);
  }
});

function judging(log: Pick<Log, "load">, by: string, seen: number[] = []) {
  let ids = 0;
  const judge = takeOne(by, () => `${by}-${ids++}`);
  return {
    filter: FILTER,
    read: readPot(log),
    judge: (pot: Pot): Outgoing | undefined => {
      seen.push(pot.taken.length);
      return judge(pot);
    },
  };
}

test("on a conflict what came is read, and judged again", async () => {
  const { ports, log, settles } = scene();
  const seen: number[] = [];
  const known: Pot = { seq: 0, taken: [] };
  await log.append(message(1, "theirs", "b").subject, message(1, "theirs", "b").body);
  const judged = await settles(appendJudged(ports, judging(log, "a", seen), { known }));
  expect(judged).toMatchObject({ kind: "stored", seq: 2, view: { taken: ["b"] } });
  expect(seen).toEqual([0, 1]);
});

test("on a conflict that leaves nothing to say nothing is appended", async () => {
  const { ports, log, settles, bodies } = scene();
  await log.append(message(1, "before", "a").subject, message(1, "before", "a").body);
  const judged = await settles(appendJudged(ports, judging(log, "a"), { known: { seq: 0, taken: [] } }));
  expect(judged).toEqual({ kind: "nothing", view: { seq: 1, taken: ["a"] } });
  expect(bodies()).toHaveLength(1);
});

test("what was not answered for too long is judged anew, and is ours where it is stored by then", async () => {
  /** The first append reaches the log when its writer has given it up. */
  const late = scene(...Array.from({ length: 8 }, () => gone));
  const seen: number[] = [];
  let sends = 0;
  const append = async (subject: string, body: string, expect?: Expectation): Promise<Appended> => {
    const answer = await late.ports.log.append(subject, body, expect);
    if (++sends === 8) await late.log.append(subject, body, expect);
    return answer;
  };
  const ports = { ...late.ports, log: { ...late.ports.log, append } };
  const judged = await late.settles(appendJudged(ports, judging(late.log, "a", seen), { staleAfter: 1_000 }));
  expect(judged).toMatchObject({ kind: "stored", seq: 1, message: { id: "a-0" }, view: { taken: [] } });
  expect(late.bodies()).toHaveLength(1);

  const never = scene(...Array.from({ length: 8 }, () => gone));
  const anew = await never.settles(appendJudged(never.ports, judging(never.log, "a"), { staleAfter: 1_000 }));
  expect(anew).toMatchObject({ kind: "stored", message: { id: "a-1" } });
});

test("a read that is not answered is made again", async () => {
  const { ports, log, settles } = scene();
  let failures = 2;
  const flaky: Pick<Log, "load"> = {
    load: async (filter, atLeast) => {
      if (failures-- > 0) throw new ArmadaError("LOG_UNAVAILABLE", "no replica answers", { retryable: true });
      return log.load(filter, atLeast);
    },
  };
  expect((await settles(appendJudged(ports, judging(flaky, "a")))).kind).toBe("stored");
});

test("in place of what the log refuses goes what the caller has for it, once", async () => {
  const { ports, log, sent, settles } = scene();
  const large = { ...judging(log, "a"), judge: () => message(1, "large", "x".repeat(1_100_000)) };
  const refused = await settles(appendJudged(ports, large));
  expect(refused).toMatchObject({ kind: "refused", reason: "more than 1000000 bytes", message: { id: "large" } });
  const instead = (_: Outgoing, reason: string): Outgoing => message(1, "small", reason);
  const stored = await settles(appendJudged(ports, large, { instead }));
  expect(stored).toMatchObject({ kind: "stored", message: { id: "small" } });
  const still = await settles(
    appendJudged(ports, { ...large, judge: () => message(2, "large", "x".repeat(1_100_000)) }, { instead: (it) => it }),
  );
  expect(still.kind).toBe("refused");
  expect(sent).toHaveLength(5);
});
