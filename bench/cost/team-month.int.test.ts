import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultTiers, priceOf } from "@armada/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calls, listCost } from "./calls.ts";
import { MEASURES, type Measure } from "./measures.ts";
import { type Bill, teamMonth } from "./team-month.ts";
import { loadWorkload } from "./workload.ts";

const workload = loadWorkload();
const DAYS = 3;
const made = [...calls(workload, { agents: 5, days: DAYS, seed: 3 })];
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-cost-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (measures: readonly Measure[]): Promise<Bill> =>
  teamMonth({ workload, calls: made, team: "alpha", measures: new Set(measures), days: DAYS, logFile: join(folder, "log.jsonl") });

test("without a measure every call is billed, at what the lists say of it and of the frame around it", async () => {
  const bill = await run([]);
  expect(bill).toMatchObject({ calls: 1_500, requests: 1_500, cached: 0, joint: 0, batched: 0, downgraded: 0, late: 0, suspects: 0 });
  expect(bill.settled).toBe(bill.billed);
  const listed = listCost(made, priceOf(defaultTiers.orchestrator, Date.parse("2026-11-30")));
  expect(bill.billed / listed).toBeGreaterThan(1);
  expect(bill.billed / listed).toBeLessThan(1.03);
});

test("with all of them answers are cached, joint, batched and downgraded, none is late, and ledger and log agree", async () => {
  const plain = await run(MEASURES.filter((measure) => measure !== "downgrades"));
  const bill = await run(MEASURES);
  for (const { billed, settled, late, suspects } of [plain, bill]) expect([settled, late, suspects]).toEqual([billed, 0, 0]);
  expect(Math.min(bill.cached, bill.joint, bill.batched, bill.downgraded)).toBeGreaterThan(10);
  expect(plain.downgraded).toBe(0);
  expect(bill.billed).toBeLessThan(plain.billed);
});
