import { type ApiServer, startApiServer } from "@armada/models/testing";
import { moneyLines } from "@armada/operations/money/lines";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LineOf } from "./lines.ts";
import { armada, type Ended, place, type Started, says, start } from "./testing/product.ts";

const PROMOTION = {
  article: "a1",
  topic: "tides",
  title: "Tides",
  description: "Of the bay.",
  keywords: ["tides"],
  points: ["Tides rise twice a day in the bay."],
};
const at = place();
let provider: ApiServer;
let up: Started;
let env: Record<string, string>;

const run = (...args: string[]): Promise<Ended> => armada(at.folder, [...args, "--json"], env);
const billed = (): number => provider.log.reduce((sum, line) => sum + (line.event === "end" && line.billed ? line.costMicros : 0), 0);
const promote = (key: string): Promise<Ended> =>
  run("run", "marketing.promote", "--input", JSON.stringify(PROMOTION), "--key", key, "--wait");

async function budgets(...args: string[]): Promise<LineOf<"budget">[]> {
  const { code, stderr, lines } = await run("budgets", ...args);
  expect(code, stderr).toBe(0);
  return lines.map((line) => moneyLines.budget.parse(line));
}

async function begin(data: string): Promise<readonly string[]> {
  up = start(at.folder, ["up", "--json", "--port", "0", "--only", "marketing", "--data", data], env);
  await says(up, '"type":"ready"');
  const { pids }: { pids: Record<string, number[]> } = JSON.parse(up.said().split("\n")[0] ?? "");
  return Object.keys(pids).sort();
}

async function end(): Promise<void> {
  up.child.kill("SIGTERM");
  await up.ended;
}

beforeAll(async () => {
  provider = await startApiServer({ script: () => ({ text: "Tides rise twice a day in the bay." }) });
  env = { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: provider.url, ARMADA_BUDGETS_LEASE: "2s", ARMADA_BUDGETS_FLEET: "$8/month" };
});
afterAll(async () => {
  await end();
  await provider[Symbol.asyncDispose]();
  at[Symbol.dispose]();
});

test("with a limit of the fleet, what a team spends was granted to it, and the fleet's row says so", async () => {
  expect(await begin("first")).toEqual(["federation", "marketing", "nats"]);
  const { code, stderr } = await promote("first");
  expect(code, stderr).toBe(0);
  await expect.poll(async () => (await budgets())[0]?.spentMicros, { timeout: 20_000, interval: 500 }).toBe(billed());
  const [fleet, month, day, own] = await budgets();
  expect(fleet).toMatchObject({ team: "federation", of: "fleet", period: "month", limitMicros: 8_000_000, suspectMicros: 0 });
  expect([month?.limitMicros, day?.limitMicros]).toEqual([undefined, undefined]);
  expect(own).toMatchObject({ team: "marketing", of: "fleet", limitMicros: (fleet?.reservedMicros ?? 0) + billed() });
  expect(await budgets("--team", "federation")).toMatchObject([{ of: "fleet", spentMicros: billed() }]);
  const doctor = await run("doctor");
  expect(doctor.lines.filter((line) => (line as { ok?: boolean }).ok === false)).toEqual([]);
  expect((await run("health")).code).toBe(0);
});

test("a limit that is used up says so, and one that is gone needs no federation", async () => {
  await end();
  env = { ...env, ARMADA_BUDGETS_FLEET: "$0.000001/month", ARMADA_BUDGETS_AT_LIMIT: "stop" };
  expect(await begin("second")).toContain("federation");
  const poor = await promote("poor");
  expect(poor.code).toBe(1);
  expect(poor.stdout).toContain("over the fleet's $0.000001 a month");
  await end();
  const { ARMADA_BUDGETS_FLEET: _, ...free } = env;
  env = free;
  expect(await begin("second")).toEqual(["marketing", "nats"]);
  const { code, stderr } = await promote("free");
  expect(code, stderr).toBe(0);
}, 120_000);
