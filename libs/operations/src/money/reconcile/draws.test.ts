import { expect, test } from "vitest";
import { JOURNAL_TIME, journalLog } from "../../testing/journal-log.ts";
import { ledgerCall } from "../../testing/ledger-calls.ts";
import { type Draw, drawsOf } from "./draws.ts";

const drawn = { n: 1, attempt: 1, tier: "worker", model: "m", ceiling: { micros: 1, tokens: 1 }, agent: "buyer", account: "*", block: "b" };
const completed = { n: 1, attempt: 1, output: {}, ms: 1, tokens: 1, costMicros: 1 };
const events = (more: readonly (readonly [string, object])[]): (readonly [string, object])[] => [
  ["run.started", { workflow: "buy", version: 1, source: "", input: {}, by: { kind: "ask", from: "operator", id: "r1" } }],
  ["step.requested", { n: 1, agent: "buyer", variant: "a", input: {} }],
  ["step.drawn", { ...drawn, call: "live" }],
  ["step.drawn", { ...drawn, call: "batched", asked: "digest" }],
  ...more,
];

async function drawsIn(journal: readonly (readonly [string, object])[]): Promise<ReadonlyMap<string, Draw>> {
  const log = await journalLog(journal);
  return drawsOf(() => log, [ledgerCall("live"), ledgerCall("batched")]);
}

const at = Date.parse(JOURNAL_TIME);

test("a call of the batch lane is open as long as its step is, and a live one is of no batch", async () => {
  const live = ["live", { at }];
  expect([...(await drawsIn(events([])))]).toEqual([live, ["batched", { at, batch: "open" }]]);
  expect([...(await drawsIn(events([["step.completed", completed]])))]).toEqual([live, ["batched", { at, batch: "ended" }]]);
  expect([...(await drawsIn(events([["run.ended", { status: "cancelled" }]])))]).toEqual([live, ["batched", { at, batch: "ended" }]]);
});
