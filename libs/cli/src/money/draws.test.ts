import { type Envelope, encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { ledgerCall } from "../testing/ledger-calls.ts";
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
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  mesh.provision("shop", [], new Map());
  const { log } = mesh.connect("shop");
  for (const [i, [type, data]] of journal.entries()) {
    const about = { specversion: "1.0", source: "/teams/shop", team: "shop", schemaversion: 1, hops: 0, correlationid: "r1" } as const;
    const id = `r1-${i + 1}-w`;
    const envelope: Envelope = {
      ...about,
      id,
      type: `armada.${type}`,
      subject: "r1",
      time: "2026-11-22T14:00:00.000Z",
      causationid: id,
      data,
    };
    expect(await log.append(`run.shop.note.draw.r1.${i + 1}`, encodeBody([envelope]))).toMatchObject({ kind: "appended" });
  }
  return drawsOf(() => log, [ledgerCall("live"), ledgerCall("batched")]);
}

const at = Date.parse("2026-11-22T14:00:00.000Z");

test("a call of the batch lane is open as long as its step is, and a live one is of no batch", async () => {
  const live = ["live", { at }];
  expect([...(await drawsIn(events([])))]).toEqual([live, ["batched", { at, batch: "open" }]]);
  expect([...(await drawsIn(events([["step.completed", completed]])))]).toEqual([live, ["batched", { at, batch: "ended" }]]);
  expect([...(await drawsIn(events([["run.ended", { status: "cancelled" }]])))]).toEqual([live, ["batched", { at, batch: "ended" }]]);
});
