import { given } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import type { Drawn, LedgerEvent } from "./events.ts";
import { ledger, type Trade } from "./ledger.ts";
import { limitUsageOf } from "./limit-usage.ts";

const at = Date.parse("2026-11-22T10:00:00Z");
const need = { micros: 100, tokens: 1_000 };
const none = { micros: 0, tokens: 0 };
const limited: LedgerEvent = { type: "limited", data: { limits: { team: { day: { micros: 250 } }, agents: {} } } };
const granted: LedgerEvent = {
  type: "granted",
  data: { block: "b1", replica: "r1", day: "2026-11-22", until: at + 60_000, from: 7, account: "*", amount: need },
};
const drawn: Drawn = { call: "c1", account: "*", agent: "a", workflow: "w", run: "r", tier: "worker", model: "m", ceiling: need };
const trade = (about: Partial<Trade>): Trade => ({
  type: "trade",
  block: "b1",
  replica: "r1",
  day: "2026-11-22",
  at,
  until: at + 60_000,
  from: 7,
  settled: [],
  suspected: [],
  wants: [],
  returned: {},
  close: false,
  ...about,
});
const settled = (call: string): LedgerEvent => ({
  type: "settled",
  data: { block: "b1", at, calls: [{ ...drawn, call, micros: 60, tokens: 500 }] },
});

test("a want is granted whole or not at all, and several of one account as one", () => {
  given(ledger, limited)
    .when(trade({ wants: [{ account: "*", need, ahead: none }] }))
    .then(granted);
  given(ledger, limited, granted)
    .when(trade({ wants: [1, 2, 3].map(() => ({ account: "*", need, ahead: none })) }))
    .then(granted); // two of three do not fit
  given(ledger, limited, granted, granted)
    .when(trade({ wants: [{ account: "*", need, ahead: none }] }))
    .then();
});

test("what is reserved ahead is a sixteenth of what is left at most", () => {
  given(ledger, { type: "limited", data: { limits: { team: { day: { micros: 1_700 } }, agents: {} } } })
    .when(trade({ wants: [{ account: "*", need, ahead: { micros: 9_999, tokens: 5 } }] }))
    .then({ ...granted, data: { ...granted.data, amount: { micros: 200, tokens: 1_005 } } });
});

test("a settled call frees its ceiling and spends its bill", () => {
  given(ledger, limited, granted)
    .when(trade({ settled: [{ ...drawn, micros: 60, tokens: 500 }] }))
    .then(settled("c1"));
  const state = [limited, granted, settled("c1")].reduce(ledger.evolve, ledger.initial());
  expect(state).toMatchObject({ spent: { micros: 60, tokens: 500 }, agents: { a: { micros: 60 } }, blocks: { b1: { held: {} } } });
  expect(limitUsageOf(state, "*", "2026-11-22", { micros: 190, tokens: 0 })).toEqual({ kind: "open" });
  expect(limitUsageOf(state, "*", "2026-11-22", { micros: 191, tokens: 0 })).toMatchObject({ kind: "exhausted", scope: { of: "team" } });
});

test("a block expires only when its lease and the grace are over, and once", () => {
  const about = { replica: "r1", day: "2026-11-22", until: at + 60_000, from: 7, held: { "*": need } };
  const expire = (when: number) => ({ type: "expire", block: "b1", about, at: when, settled: [], suspected: [drawn] }) as const;
  given(ledger, limited, granted)
    .when(expire(at + 64_999))
    .then();
  given(ledger, limited, granted)
    .when(expire(at + 65_000))
    .then(
      { type: "suspected", data: { block: "b1", at: at + 65_000, calls: [drawn] } },
      { type: "closed", data: { block: "b1", lapsed: true } },
    );
  given(ledger, limited, granted)
    .when(expire(at + 65_000))
    .thenAgain();
});

test("a block of which calls were settled since its journals were read does not expire by them", () => {
  const about = { replica: "r1", day: "2026-11-22", until: at + 60_000, from: 7, held: { "*": need } };
  const bill = { ...drawn, micros: 60, tokens: 500 };
  // The replica's trade was long under way: it tells of the call, and its lease is over all the same.
  const late: LedgerEvent = { type: "settled", data: { block: "b1", at, calls: [bill] } };
  const expire = { type: "expire", block: "b1", about, at: at + 70_000, settled: [bill], suspected: [] } as const;
  given(ledger, limited, granted)
    .when(expire)
    .then(
      { type: "settled", data: { block: "b1", at: at + 70_000, calls: [bill] } },
      { type: "closed", data: { block: "b1", lapsed: true } },
    );
  given(ledger, limited, granted, late).when(expire).then();
});

test("a suspect stands at its ceiling until somebody says what it cost, and is said once", () => {
  const expired: LedgerEvent[] = [
    limited,
    granted,
    { type: "suspected", data: { block: "b1", at, calls: [drawn] } },
    { type: "closed", data: { block: "b1", lapsed: true } },
  ];
  const state = expired.reduce(ledger.evolve, ledger.initial());
  expect(limitUsageOf(state, "*", "2026-11-22", { micros: 151, tokens: 0 }).kind).toBe("exhausted");
  const clear = { type: "clear", call: "c1", at, micros: 60, tokens: 500, by: "ann" } as const;
  given(ledger, ...expired)
    .when(clear)
    .then({ type: "cleared", data: { call: "c1", at, micros: 60, tokens: 500, by: "ann" } });
  given(ledger, ...expired)
    .when(clear)
    .thenAgain();
  // Its replica was slow, not dead: its own word counts.
  given(ledger, ...expired)
    .when(trade({ settled: [{ ...drawn, micros: 60, tokens: 500 }] }))
    .then({ type: "cleared", data: { call: "c1", at, micros: 60, tokens: 500, by: "its replica" } });
});

test("a day that is over leaves the state when nothing of it is open; the month keeps its sum", () => {
  const tomorrow: LedgerEvent = { ...granted, data: { ...granted.data, block: "b2", day: "2026-11-23" } };
  const closed: LedgerEvent = { type: "closed", data: { block: "b1", lapsed: false } };
  const open = [limited, granted, settled("c1"), tomorrow].reduce(ledger.evolve, ledger.initial());
  expect(Object.keys(open.days)).toEqual(["2026-11-22", "2026-11-23"]);
  const over = ledger.evolve(open, closed);
  expect(Object.keys(over.days)).toEqual(["2026-11-23"]);
  expect(over.spent).toEqual({ micros: 60, tokens: 500 });
});
