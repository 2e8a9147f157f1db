import { agent, team } from "@armada/agents";
import { handleEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { type LedgerCommand, ledger, ledgerOf } from "@armada/ledger";
import { limitsOf } from "@armada/runtime/team-limits";
import { expect, test } from "vitest";
import { z } from "zod";
import { budgetsInForce, examineLedgers } from "./examine-ledger.ts";

const HOUR_MS = 3_600_000;
const now = Date.parse("2026-11-22T14:00:00Z");
const Item = z.object({});
const buyer = agent({
  name: "buyer",
  does: "buys",
  tier: "worker",
  input: Item,
  output: Item,
  limits: { budget: "$5/day" },
  run: () => ({}),
});
const shop = team({ name: "shop", agents: [buyer] });
const budgets = { teams: { shop: "$300/month, $1/run" }, zone: "UTC" };

/** The findings of a ledger on which `commands` were decided, by month. */
async function findings(commands: readonly (readonly [month: string, LedgerCommand])[], said = budgets) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  mesh.provision("shop", [], new Map());
  const { log } = mesh.connect("shop");
  for (const [month, command] of commands) await handleEndless({ log, clock, random }, ledger, ledgerOf("shop", month), command);
  return examineLedgers(log, shop, said, now);
}

const limit: LedgerCommand = { type: "limit", limits: limitsOf(shop, budgets) };
/** A suspect of at most $0.0001 that is so old. */
function suspect(hours: number): readonly LedgerCommand[] {
  const at = now - hours * HOUR_MS;
  const ceiling = { micros: 100, tokens: 1_000 };
  const about = {
    block: "b",
    replica: "r",
    day: "2026-11-21",
    at,
    until: at + 60_000,
    from: 0,
    settled: [],
    returned: {},
    close: false,
  } as const;
  const call = { call: "c1", account: "*", agent: "buyer", workflow: "buy", run: "r1", tier: "worker", model: "m", ceiling };
  const want = { account: "*", need: ceiling, ahead: { micros: 0, tokens: 0 } };
  return [
    { ...about, type: "trade", suspected: [], wants: [want] },
    { ...about, type: "trade", suspected: [call], wants: [] },
  ];
}

test("a ledger with the configuration's limits and young suspects is well, and so is a team without one", async () => {
  const commands = [limit, ...suspect(23)].map((command) => ["2026-11", command] as const);
  expect(await findings(commands)).toEqual([]);
  expect(await findings([])).toEqual([]);
});

test("suspects older than a day are found in the ledgers of earlier months too", async () => {
  const commands = suspect(25).map((command) => ["2026-09", command] as const);
  expect(await findings(commands)).toMatchObject([
    {
      name: "shop: suspects older than 24 h",
      value: "1 of at most $0.0001",
      ok: false,
      next: expect.stringContaining("armada budgets reconcile"),
    },
  ]);
});

test("limits that are not the configuration's are found", async () => {
  const commands = [["2026-11", limit]] as const;
  expect(await findings(commands, { ...budgets, teams: { shop: "$400/month, $1/run" } })).toMatchObject([
    { name: "shop: limits of the ledger", ok: false },
  ]);
});

test("what the running mesh was started with stands above the configuration, which is not read then", async () => {
  const config = { budgets: { atLimit: "wait", downgradeAt: 0.8, lease: "60s", teams: { shop: "$1/day" }, zone: "UTC" } } as const;
  const said = [
    { path: "budgets.zone", value: "Europe/Berlin", from: "X" },
    { path: "budgets.teams.shop", value: "$2/day", from: "X" },
    { path: "drain", value: "3s", from: "built-in" },
    { path: "budgets.fleet", value: "no limit", from: "built-in" },
  ];
  const unread = (): never => {
    throw new Error("the configuration is read");
  };
  expect(await budgetsInForce(said, unread)).toEqual({ teams: { shop: "$2/day" }, zone: "Europe/Berlin" });
  const fleet = { path: "budgets.fleet", value: "$8/month", from: "X" };
  expect(await budgetsInForce([...said.slice(0, 3), fleet], unread)).toMatchObject({ fleet: "$8/month" });
  expect(await budgetsInForce(undefined, async () => config)).toBe(config.budgets);
});
