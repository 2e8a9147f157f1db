import { fold } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import { type BreakerCommand, breaker } from "./breaker.ts";
import type { BreakerEvent, BreakerState } from "./events.ts";

const S = 1_000;
const iso = (at: number): string => new Date(at).toISOString();

/** The state after these commands, each decided on the one before. */
function after(...commands: readonly BreakerCommand[]): { state: BreakerState; last: readonly BreakerEvent[] } {
  let last: readonly BreakerEvent[] = [];
  const events: BreakerEvent[] = [];
  for (const command of commands) {
    last = breaker.decide(command, fold(breaker, events));
    events.push(...last);
  }
  return { state: fold(breaker, events), last };
}

const open = { type: "open", at: 0, ms: 60 * S, why: "5 calls in a row failed" } as const;
const tryAt = (at: number, probe: string): BreakerCommand => ({ type: "try", at, ms: 30 * S, probe });
const tried = (probe: string, came: "well" | "failed" | "unknown", at = 61 * S): BreakerCommand => ({
  type: "tried",
  at,
  ms: came === "unknown" ? 5 * S : 60 * S,
  probe,
  came,
});

test("it opens once, and says until when and why", () => {
  expect(after(open).state).toEqual({ status: "open", since: iso(0), until: iso(60 * S), why: open.why, by: "calls", opened: 1 });
  expect(after(open, { ...open, at: S }).last).toEqual([]);
});

test("no call tries it before its time, then one does, and another only once that one is lost", () => {
  expect(after(open, tryAt(60 * S - 1, "a")).last).toEqual([]);
  expect(after(open, tryAt(60 * S, "a")).state).toMatchObject({ status: "half_open", probe: "a", until: iso(90 * S), why: open.why });
  expect(after(open, tryAt(60 * S, "a"), tryAt(60 * S, "b")).last).toEqual([]);
  expect(after(open, tryAt(60 * S, "a"), tryAt(90 * S, "b")).state).toMatchObject({ status: "half_open", probe: "b" });
});

test("the call that tried it closes it or opens it anew; what no longer counts changes nothing", () => {
  const half = [open, tryAt(60 * S, "a")];
  expect(after(...half, tried("a", "well")).state).toEqual({ status: "closed", since: iso(61 * S), by: "probe", opened: 1 });
  expect(after(...half, tried("a", "failed")).state).toMatchObject({ status: "open", until: iso(121 * S), by: "probe", opened: 2 });
  expect(after(...half, tried("a", "unknown")).state).toMatchObject({ status: "open", until: iso(66 * S), why: open.why, opened: 1 });
  expect(after(...half, tryAt(90 * S, "b"), tried("a", "well")).last).toEqual([]);
  expect(after(...half, tried("a", "failed"), tried("a", "well")).last).toEqual([]);
});

test("a person opens and closes it; what they closed the calls do not open until the time is over", () => {
  const set = { type: "set", at: 0, ms: 600 * S, why: "maintenance" } as const;
  expect(after({ ...set, to: "open" }).state).toMatchObject({ status: "open", until: iso(600 * S), why: "maintenance", by: "operator" });
  const kept = { ...set, to: "closed" } as const;
  expect(after(open, kept).state).toMatchObject({ status: "closed", until: iso(600 * S), by: "operator" });
  expect(after(kept, { ...open, at: 599 * S }).last).toEqual([]);
  expect(after(kept, { ...open, at: 600 * S }).state.status).toBe("open");
});

test("what was seen before it closed does not open it", () => {
  const half = [open, tryAt(60 * S, "a"), tried("a", "well", 90 * S)];
  expect(after(...half, { ...open, at: 80 * S }).last).toEqual([]);
  expect(after(...half, { ...open, at: 90 * S }).state.status).toBe("open");
});

test("a state is what its events give, with nothing left of the one before", () => {
  const { state } = after(open, tryAt(60 * S, "a"), tried("a", "well"));
  expect(Object.keys(state).sort()).toEqual(["by", "opened", "since", "status"]);
});
