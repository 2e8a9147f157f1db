import { expect, test } from "vitest";
import { ledgerCall } from "../testing/ledger-calls.ts";
import { costRows, GROUPINGS, type Spending } from "./cost-rows.ts";
import { moneyLines } from "./lines.ts";

const SINCE = 1_000;
const cost = (run: string, micros: number, more: Parameters<typeof ledgerCall>[1] = {}) =>
  ledgerCall(`${run}-${micros}`, { run, micros, tokens: micros * 10, at: SINCE, ...more });
const end = (run: string, status: string, at = SINCE) => ({ team: "shop", workflow: "buy", run, status, at });
const spending: Spending = {
  settled: [
    cost("r1", 30),
    cost("r1", 20, { agent: "planner" }),
    cost("r2", 10),
    cost("r3", 5, { team: "news", workflow: "write", agent: "writer" }),
    cost("r0", 999, { at: SINCE - 1 }),
    cost("r4", 1),
  ],
  suspects: [cost("r4", 50), cost("r0", 77, { at: SINCE - 1 })],
  savings: [{ team: "shop", agent: "buyer", workflow: "buy", run: "r5", at: SINCE, micros: 40 }],
  ends: [end("r1", "completed"), end("r2", "failed"), end("r5", "completed"), end("r0", "completed", SINCE - 1)],
};
const rowsBy = (by: (typeof GROUPINGS)[number]) => costRows(spending, by, SINCE).rows;

test("costs are told by any grouping, dearest first, and every grouping sums to the same total", () => {
  expect(rowsBy("team").map(({ team, calls, costMicros }) => [team, calls, costMicros])).toEqual([
    ["shop", 4, 61],
    ["news", 1, 5],
  ]);
  expect(rowsBy("agent").map(({ agent, costMicros }) => [agent, costMicros])).toEqual([
    ["buyer", 41],
    ["planner", 20],
    ["writer", 5],
  ]);
  expect(rowsBy("run").map(({ run, status, costMicros }) => [run, status, costMicros])).toEqual([
    ["r1", "completed", 50],
    ["r2", "failed", 10],
    ["r3", "open", 5],
    ["r4", "open", 1],
    ["r5", "completed", 0],
  ]);
  for (const by of GROUPINGS) {
    const { rows, total } = costRows(spending, by, SINCE);
    expect(total).toEqual({
      type: "cost-total",
      since: "1970-01-01T00:00:01.000Z",
      calls: 5,
      tokens: 660,
      costMicros: 66,
      savedMicros: 40,
      suspects: 1,
      suspectMicros: 50,
    });
    for (const figure of ["calls", "tokens", "costMicros", "savedMicros", "suspects", "suspectMicros"] as const)
      expect(rows.reduce((sum, row) => sum + row[figure], 0)).toBe(total[figure]);
    for (const row of rows) moneyLines.cost.parse(row);
  }
});

test("an outcome's average counts the runs that cost nothing, and suspects stand apart", () => {
  expect(rowsBy("outcome")).toMatchObject([
    { workflow: "buy", status: "completed", runs: 2, costMicros: 50, perRunMicros: 25, savedMicros: 40 },
    { workflow: "buy", status: "failed", runs: 1, perRunMicros: 10 },
    { team: "news", status: "open", runs: 1 },
    { workflow: "buy", status: "open", runs: 1, costMicros: 1, suspects: 1, suspectMicros: 50 },
  ]);
});
