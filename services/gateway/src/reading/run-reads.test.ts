import { encodeBody } from "@armada/contracts";
import { readRun, statusOf } from "@armada/engine/reading";
import { CALM, type Log, MemoryMesh, type Message } from "@armada/event-sourcing";
import { systemClock, systemRandom } from "@armada/runtime";
import { expect, test } from "vitest";
import { RunFold } from "./run-fold.ts";
import { RunReads } from "./run-reads.ts";

const MANY = 500;

function shop() {
  const mesh = new MemoryMesh(systemClock, systemRandom, CALM);
  mesh.provision("shop", [], new Map());
  const { log } = mesh.connect("shop");
  let pages = 0;
  let open = 0;
  let most = 0;
  const counting: Pick<Log, "head" | "load" | "page"> = {
    ...log,
    page: async (...asked) => {
      pages++;
      most = Math.max(most, ++open);
      return log.page(...asked).finally(() => open--);
    },
  };
  const reads = new RunReads({ teams: () => ["shop"], log: () => counting });
  const write = async (run: string, n: number, ...events: readonly [type: string, data: object][]): Promise<void> => {
    const about = { specversion: "1.0", source: "/teams/shop", team: "shop", schemaversion: 1, hops: 0, correlationid: run } as const;
    const envelopes = events.map(([type, data], i) => {
      const id = i === 0 ? `${run}-${n}-w` : `${run}-${n}-w.${i}`;
      return { ...about, id, type: `armada.${type}`, subject: run, time: new Date(n).toISOString(), causationid: id, data };
    });
    await log.append(`run.shop.note.outcome.${run}.${n}`, encodeBody(envelopes));
  };
  const start = (run: string): Promise<void> =>
    write(run, 1, ["run.started", { workflow: "sell", version: 1, source: "", input: {}, by: { kind: "ask", from: "a", id: "b" } }]);
  const told = (): { pages: number; most: number } => {
    const now = { pages, most };
    pages = 0;
    most = 0;
    return now;
  };
  return { mesh, reads, write, start, told };
}

test("who looks at a run at the same time reads it once, and who looks again reads what came since", async () => {
  const { reads, write, start, told } = shop();
  await start("r1");
  for (let n = 2; n <= MANY; n++) await write("r1", n, ["inline.completed", { n, name: "note", output: {} }]);
  const found = await Promise.all(Array.from({ length: 50 }, () => reads.find("r1")));
  expect(new Set(found).size).toBe(1);
  expect(found[0]?.state.length).toBe(MANY);
  const { pages } = told();
  expect(pages).toBeLessThan(2 * (MANY / 50));
  await write("r1", MANY + 1, ["run.ended", { status: "completed", output: {} }]);
  expect((await reads.find("r1")).state.ended?.status).toBe("completed");
  expect(told().pages).toBe(1);
});

test("one page is read at a time, however many runs are looked at", async () => {
  const { reads, write, start, told } = shop();
  const runs = Array.from({ length: 40 }, (_, i) => `r${i}`);
  for (const run of runs) {
    await start(run);
    await write(run, 2, ["inline.completed", { n: 1, name: "note", output: {} }]);
  }
  await Promise.all(runs.map((run) => reads.find(run)));
  expect(told().most).toBe(1);
});

test("a run of a stream that was made anew is read from its beginning", async () => {
  const { mesh, reads, write, start } = shop();
  await start("r1");
  await write("r1", 2, ["run.ended", { status: "failed", failure: { code: "NO", message: "no" } }]);
  expect((await reads.find("r1")).state.ended?.status).toBe("failed");
  mesh.remake("shop");
  await expect(reads.find("r1")).rejects.toThrow(expect.objectContaining({ code: "NO_SUCH_RUN" }));
  await start("r1");
  expect((await reads.find("r1")).state).toMatchObject({ ended: undefined, length: 1 });
});

test("a run's status at each of its messages is what the journal up to there says", () => {
  const step = (n: number) => ["step.requested", { n, agent: "clerk", variant: "a", input: "x".repeat(99) }] as const;
  const done = (n: number) => ["step.completed", { n, attempt: 1, output: 1, ms: 1, tokens: 1, costMicros: 1 }] as const;
  const failed = { delivery: 1, code: "DOWN", message: "down", retryAt: "2026-01-01T00:00:00.000Z", counts: false, waits: true };
  const approval = { n: 4, question: "?", until: "2026-01-02T00:00:00.000Z", otherwise: "cancel" };
  const told = [
    [["run.started", { workflow: "w", version: 1, source: "", input: {}, by: { kind: "ask", from: "a", id: "b" } }]],
    [step(1), step(2)],
    [["step.attempt_failed", { n: 1, attempt: 1, ...failed }]],
    [done(2)],
    [done(1)],
    [["approval.asked", approval]],
    [["approval.given", { n: 4, approved: true, by: "Mia" }], step(5)],
    [["step.parked", { n: 5, code: "BAD", message: "bad", attempts: 3, chain: [] }]],
    [["run.stopped", { code: "ODD", message: "odd" }]],
    [["run.resumed", { by: "Mia" }]],
    [["run.ended", { status: "degraded", output: {} }]],
  ] as const;
  const messages = told.map((events, i): Message => {
    const about = { specversion: "1.0", source: "/", team: "t", schemaversion: 1, hops: 0, correlationid: "r", causationid: "c" } as const;
    const time = "2026-01-01T00:00:00.000Z";
    const envelopes = events.map(([type, data], j) => ({ ...about, id: `r-${i}-${j}`, type: `armada.${type}`, subject: "r", time, data }));
    return { subject: `run.t.note.x.r.${i + 1}`, seq: 10 * (i + 1), body: "", time: 0, envelopes };
  });
  const fold = new RunFold("t", "r");
  for (const message of messages) expect([message.seq, fold.take(message)?.events.length]).toEqual([message.seq, message.envelopes.length]);
  const right = messages.map((_, i) => statusOf(readRun(messages.slice(0, i + 1))));
  expect(messages.map(({ seq }) => fold.statusAt(seq))).toEqual(right);
  expect(new Set(right)).toEqual(new Set(["running", "waiting", "parked", "stopped", "degraded"]));
  expect(fold.statusAt(9)).toBeUndefined();
  expect(fold.statusAt(25)).toBe(right[1]);
  expect(fold.given.get(4)).toEqual({ approved: true, by: "Mia", ask: "c" });
  expect(JSON.stringify([...fold.state.steps.values()])).not.toContain("xxx");
});
