import { type LedgerState, ledger } from "@armada/ledger";
import { expect, test } from "vitest";
import { ledgerCall } from "../testing/ledger-calls.ts";
import { budgetRows, fleetRow, suspectRows } from "./budget-rows.ts";
import { moneyLines } from "./lines.ts";

const now = Date.parse("2026-11-16T00:00:00Z"); // half of November is over
const amount = (micros: number) => ({ micros, tokens: micros * 10 });
const { team: _, micros: _m, tokens: _t, ...drawn } = ledgerCall("c1", { at: now - 90_000 });
const state: LedgerState = {
  ...ledger.initial(),
  limits: {
    team: { month: { micros: 1_000 }, day: { tokens: 4_000 }, run: { micros: 20 } },
    agents: { buyer: { day: { micros: 100 } }, idle: { month: { micros: 9 } } },
    fleet: { micros: 9_000, tokens: 90_000 },
  },
  funded: amount(5_000),
  spent: amount(400),
  agents: { buyer: amount(400) },
  days: { "2026-11-16": { spent: amount(60), agents: { buyer: amount(60) } } },
  blocks: { b: { replica: "r", day: "2026-11-16", until: now, from: 0, held: { buyer: amount(30) } } },
  suspects: { c1: { ...drawn, account: "buyer", day: "2026-11-16" } },
};
const held = { team: "shop", month: "2026-11", state };

test("every limit is a row, with what counts against it and when it begins again", () => {
  const rows = budgetRows(held, now, "UTC");
  for (const row of rows) moneyLines.budget.parse(row);
  const [month, day, fleet, own, idle, run, ...rest] = rows;
  expect(rest).toEqual([]);
  expect(month).toEqual({
    type: "budget",
    team: "shop",
    of: "team",
    period: "month",
    limitMicros: 1_000,
    spentMicros: 400,
    spentTokens: 4_000,
    reservedMicros: 30,
    reservedTokens: 300,
    suspectMicros: 50,
    suspectTokens: 500,
    level: 0.45,
    forecastMicros: 800,
    forecastTokens: 8_000,
    resetAt: "2026-12-01T00:00:00.000Z",
  });
  expect(day).toMatchObject({
    of: "team",
    period: "day",
    limitTokens: 4_000,
    spentTokens: 600,
    level: 0.275,
    resetAt: "2026-11-17T00:00:00.000Z",
  });
  expect(day).not.toHaveProperty("forecastMicros"); // nothing of the day is over
  expect(fleet).toMatchObject({ of: "fleet", limitMicros: 5_000, limitTokens: 50_000 });
  expect(own).toMatchObject({ of: "buyer", period: "day", limitMicros: 100, spentMicros: 60, reservedMicros: 30, suspectMicros: 50 });
  expect(idle).toMatchObject({ of: "idle", period: "month", spentMicros: 0, level: 0 });
  expect(run).toEqual({ type: "budget", team: "shop", of: "team", period: "run", limitMicros: 20 });
});

test("the forecast is by the share of the period that is over, in its zone", () => {
  const later = Date.parse("2026-11-16T05:00:00Z"); // noon in Karachi, where the day began at 19:00 UTC
  const [, day] = budgetRows(held, later, "Asia/Karachi");
  expect(day).toMatchObject({ forecastTokens: Math.round(600 / (10 / 24)), resetAt: "2026-11-16T19:00:00.000Z" });
});

test("suspects are told with their age", () => {
  const [row] = suspectRows(held, now);
  expect(moneyLines.suspect.parse(row)).toMatchObject({ call: "c1", agent: "buyer", ceilingMicros: 50, ageMs: 90_000 });
});

test("the fleet's row has what its teams spent, and what they hold of their grants", () => {
  const other = { team: "risk", month: "2026-11", state: { ...ledger.initial(), spent: amount(100) } };
  const state = { limit: { micros: 9_000 }, granted: { shop: amount(5_000), risk: amount(300) } };
  const row = fleetRow({ state, ledgers: [held, other] }, now, "UTC");
  expect(moneyLines.budget.parse(row)).toMatchObject({
    team: "federation",
    of: "fleet",
    limitMicros: 9_000,
    spentMicros: 500,
    suspectMicros: 50,
    reservedMicros: 5_300 - 550,
    forecastMicros: 1_000,
  });
  expect(row).not.toHaveProperty("limitTokens");
});

test("of a fleet whose bills were over what was granted nothing is reserved", () => {
  const state = { limit: { micros: 9_000 }, granted: { shop: amount(400) } };
  expect(fleetRow({ state, ledgers: [held] }, now, "UTC")).toMatchObject({
    spentMicros: 400,
    suspectMicros: 50,
    reservedMicros: 0,
    reservedTokens: 0,
  });
});
