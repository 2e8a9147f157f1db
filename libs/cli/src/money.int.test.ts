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
const control = (body: object): Promise<Response> =>
  fetch(`${provider.url}/v1/armada/control`, { method: "POST", body: JSON.stringify(body) });
/** The lines of one type, each by its schema. */
function printed<K extends keyof typeof moneyLines>(ended: Ended, type: K): LineOf<K>[] {
  expect(ended.code, ended.stderr).toBe(0);
  const found = ended.lines.filter((line) => (line as { type?: string }).type === type);
  return found.map((line) => moneyLines[type].parse(line) as LineOf<K>);
}
const billed = (): number => provider.log.reduce((sum, line) => sum + (line.event === "end" && line.billed ? line.costMicros : 0), 0);

beforeAll(async () => {
  provider = await startApiServer({ script: () => ({ text: "Tides rise twice a day in the bay." }) });
  env = {
    ANTHROPIC_API_KEY: "k",
    ANTHROPIC_BASE_URL: provider.url,
    ARMADA_BUDGETS_TEAMS_MARKETING: "$5/day, $1/run, $100/month",
    ARMADA_BUDGETS_ZONE: "Europe/Berlin",
    ARMADA_BUDGETS_LEASE: "2s",
  };
  up = start(at.folder, ["up", "--json", "--port", "0", "--only", "marketing"], env);
  await says(up, '"type":"ready"');
});
afterAll(async () => {
  up.child.kill("SIGTERM");
  await up.ended;
  await provider[Symbol.asyncDispose]();
  at[Symbol.dispose]();
});

const promote = (key: string, ...more: string[]): Promise<Ended> =>
  run("run", "marketing.promote", "--input", JSON.stringify(PROMOTION), "--key", key, ...more);

test("before the first paid call there is nothing, and that is said", async () => {
  const [budgets, costs] = await Promise.all([armada(at.folder, ["budgets"], env), run("costs")]);
  expect([budgets.code, budgets.stdout]).toEqual([
    0,
    "no team has a ledger of this month: it begins with the first model call that is paid\n",
  ]);
  expect(printed(costs, "cost-total")).toMatchObject([{ calls: 0, costMicros: 0 }]);
});

test("what was spent is told by limit, and by every grouping, as the provider billed it", async () => {
  expect((await promote("first", "--wait")).code).toBe(0);
  await expect.poll(async () => printed(await run("costs"), "cost-total")[0]?.costMicros, { timeout: 20_000 }).toBe(billed());
  expect(billed()).toBeGreaterThan(0);
  const [budgets, agents, outcomes] = await Promise.all([
    run("budgets"),
    run("costs", "--by", "agent"),
    run("costs", "--by", "outcome", "--since", "1h"),
  ]);
  expect(printed(budgets, "budget").map(({ of, period, limitMicros, spentMicros }) => [of, period, limitMicros, spentMicros])).toEqual([
    ["team", "month", 100_000_000, billed()],
    ["team", "day", 5_000_000, billed()],
    ["team", "run", 1_000_000, undefined],
  ]);
  expect(
    printed(agents, "cost")
      .map(({ agent }) => agent)
      .sort((a = "", b = "") => a.localeCompare(b)),
  ).toEqual(["email_writer", "social_writer"]);
  expect(printed(outcomes, "cost")).toMatchObject([{ workflow: "promote", status: "completed", runs: 1, perRunMicros: billed() }]);
});

test("calls that were billed to a killed replica are found suspect, and settled as the provider's account has them", async () => {
  await control({ hold: true });
  const before = provider.log.length;
  await promote("killed");
  await expect.poll(() => provider.log.slice(before).filter(({ event }) => event === "arrival").length, { timeout: 20_000 }).toBe(2);
  const { pids }: { pids: Record<string, number[]> } = JSON.parse(up.said().split("\n")[0] ?? "");
  process.kill(pids.marketing?.[0] ?? 0, "SIGKILL");
  await control({ hold: false });
  await expect.poll(async () => printed(await run("budgets", "suspects"), "suspect").length, { timeout: 40_000, interval: 1_000 }).toBe(2);

  // Younger than five seconds, what the provider does not know would stay; these it knows.
  const [dry] = printed(await run("budgets", "reconcile", "--dry-run"), "reconcile-total");
  expect(dry).toMatchObject({ suspect: 0, dryRun: true });
  expect(printed(await run("budgets"), "suspect")).toHaveLength(2);
  const ended = await run("budgets", "reconcile");
  expect(printed(ended, "reconciled").map(({ became }) => became)).not.toContain("suspect");
  expect(printed(ended, "reconcile-total")).toMatchObject([{ dryRun: false, suspect: 0 }]);
  expect(printed(await run("budgets", "suspects"), "suspect")).toEqual([]);
  expect(printed(await run("budgets", "reconcile"), "reconcile-total")).toMatchObject([{ settled: 0, released: 0, suspect: 0 }]);
  await expect
    .poll(async () => printed(await run("costs"), "cost-total")[0]?.costMicros, { timeout: 40_000, interval: 1_000 })
    .toBe(billed());
  const shown = await run("runs", "show", "killed");
  expect(shown.code).toBe(0);
}, 120_000);

test("wrong usage is 2, with its code, before a mesh is looked for", async () => {
  for (const args of [
    ["costs", "--since", "yesterday"],
    ["costs", "--by", "moon"],
    ["budgets", "reconcile", "--usage", "nowhere"],
    ["costs", "--team", "nobody"],
  ]) {
    const ended = await run(...args);
    expect([ended.code, (ended.lines.at(-1) as { code?: string }).code]).toEqual([2, args[1] === "--team" ? "NO_SUCH_TEAM" : "USAGE"]);
  }
});
