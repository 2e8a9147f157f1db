import { loadEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { BudgetClient, BudgetExhausted, drawOutside, ledger, ledgerOf } from "../index.ts";

const quiet = { info: () => undefined, warn: () => undefined };

test("a call of no run is suspect in the ledger before it is made, and cleared by its bill; over a limit it is not made", async () => {
  const clock = new VirtualClock(Date.parse("2026-11-22T10:00:00Z"));
  const random = seededRandom(1);
  const { log, draws } = new MemoryMesh(clock, random).connect("alpha");
  const over = new AbortController();
  const budgetClient = new BudgetClient({
    team: "alpha",
    replica: "one",
    zone: "UTC",
    leaseMs: 60_000,
    limits: { team: { month: { micros: 250 } }, agents: {} },
    ports: { log, draws, clock, random, logger: quiet },
    signal: over.signal,
    expired: () => Promise.resolve(() => Promise.resolve({ settled: [], suspected: [] })),
  });
  const stateNow = async () => (await loadEndless(log, ledger, ledgerOf("alpha", "2026-11"))).state;
  const draw = (call: string) =>
    drawOutside(
      budgetClient,
      { call, what: "context_cache", tier: "worker", model: "m", ceiling: { micros: 100, tokens: 10 } },
      () => clock.now(),
      over.signal,
    );
  const work = (async () => {
    const tell = await draw("one");
    const before = await stateNow();
    expect(Object.keys(before.suspects)).toEqual(["one"]);
    await tell({ micros: 40, tokens: 4 });
    const after = await stateNow();
    expect([Object.keys(after.suspects), after.spent]).toEqual([[], { micros: 40, tokens: 4 }]);
    await draw("two"); // nobody tells
    await draw("three");
    await expect(draw("four")).rejects.toThrow(BudgetExhausted);
    expect(Object.keys((await stateNow()).suspects)).toEqual(["two", "three"]);
  })();
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  ended.catch(() => undefined);
  expect(await clock.run(() => done, 60_000)).toBe("done");
  over.abort();
  await ended;
});

test("where its lease expired before the call was on record, the call is not made and nothing of it stays", async () => {
  const clock = new VirtualClock(Date.parse("2026-11-22T10:00:00Z"));
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const over = new AbortController();
  /** What the replica `slow` writes after its first message is two minutes on its way. */
  let written = 0;
  const clientOf = (replica: string): BudgetClient => {
    const { log, draws } = mesh.connect("alpha");
    const append: typeof log.append = async (...message) => {
      if (replica === "slow" && written++ > 0) await clock.sleep(120_000);
      return log.append(...message);
    };
    return new BudgetClient({
      team: "alpha",
      replica,
      zone: "UTC",
      leaseMs: 60_000,
      limits: { team: {}, agents: {} },
      ports: { log: { ...log, append }, draws, clock, random, logger: quiet },
      signal: over.signal,
      expired: () => Promise.resolve(() => Promise.resolve({ settled: [], suspected: [] })),
    });
  };
  mesh.provision("alpha", []);
  clientOf("other");
  const call = { call: "one", what: "context_cache", tier: "worker", model: "m", ceiling: { micros: 100, tokens: 10 } };
  let said = "";
  drawOutside(clientOf("slow"), call, () => clock.now(), over.signal).then(
    () => (said = "made"),
    (error: unknown) => (said = String(error)),
  );
  expect(await clock.run(() => said !== "", 600_000)).toBe("done");
  expect(said).toContain("ended before its call began");
  const { state } = await loadEndless(mesh.connect("alpha").log, ledger, ledgerOf("alpha", "2026-11"));
  expect([state.suspects, state.blocks, state.spent]).toEqual([{}, {}, { micros: 0, tokens: 0 }]);
  over.abort();
});
