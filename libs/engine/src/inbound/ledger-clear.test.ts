import { team } from "@armada/agents";
import { encodeBody } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { handleEndless, loadEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { type LedgerState, ledger, ledgerOf } from "@armada/ledger";
import { script } from "@armada/testing";
import { expect, test } from "vitest";

const month = "2026-11";
const drawn = { account: "*", agent: "buyer", workflow: "buy", run: "r1", tier: "worker", model: "m" };

/** A team without a budgetClient of its own, whose ledger has two suspects. */
async function world() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  startReplica(mesh, team({ name: "shop" }), script({}), { clock, random, scheduler: clock.scheduler });
  const { log } = mesh.connect("shop");
  const ports = { log, clock, random };
  const ceiling = { micros: 50, tokens: 500 };
  const about = { block: "b", replica: "gone", day: "2026-11-22", at: 0, until: 60_000, from: 0, settled: [], returned: {} } as const;
  const want = { account: "*", need: { micros: 100, tokens: 1_000 }, ahead: { micros: 0, tokens: 0 } };
  const suspected = ["c1", "c2~part"].map((call) => ({ ...drawn, call, ceiling }));
  for (const [wants, gone] of [
    [[want], []],
    [[], suspected],
  ] as const)
    await handleEndless(ports, ledger, ledgerOf("shop", month), { ...about, type: "trade", wants, suspected: gone, close: false });
  const now = async (): Promise<LedgerState> => (await loadEndless(log, ledger, ledgerOf("shop", month))).state;
  const clear = async (from: string, id: string, data: unknown): Promise<LedgerState> => {
    const said = { specversion: "1.0", source: `/${from}`, type: "armada.asked", team: from, schemaversion: 1, hops: 0 } as const;
    const time = new Date(clock.now()).toISOString();
    const body = encodeBody([{ ...said, id: `${id}.ledger_clear`, subject: id, time, data, correlationid: id, causationid: id }]);
    mesh.stream("shop").append(`ask.shop.${from}.ledger_clear.${id}`, body, clock.now());
    await clock.run(() => false, 1_000);
    return now();
  };
  return { now, clear };
}

test("the operator's findings settle suspects at what they cost and release those that cost nothing, also with no budgetClient there", async () => {
  const { now, clear } = await world();
  expect(Object.keys((await now()).suspects)).toEqual(["c1", "c2~part"]);
  const calls = [
    { call: "c1", micros: 7, tokens: 70 },
    { call: "c2~part", micros: 0, tokens: 0 },
    { call: "stranger", micros: 9, tokens: 90 },
  ];
  const cleared = await clear("operator", "k1", { month, calls });
  expect(cleared.suspects).toEqual({});
  expect(cleared.spent).toEqual({ micros: 7, tokens: 70 });
  expect((await clear("operator", "k2", { month, calls })).spent).toEqual({ micros: 7, tokens: 70 });
});

test.each([
  ["another team", "risk", { month, calls: [{ call: "c1", micros: 0, tokens: 0 }] }],
  ["the gateway", "gateway", { month, calls: [{ call: "c1", micros: 0, tokens: 0 }] }],
  ["a month that is none", "operator", { month: "November", calls: [{ call: "c1", micros: 0, tokens: 0 }] }],
  ["a negative bill", "operator", { month, calls: [{ call: "c1", micros: -1, tokens: 0 }] }],
])("%s clears nothing", async (_, from, data) => {
  const { clear } = await world();
  expect(Object.keys((await clear(from, "k1", data)).suspects)).toEqual(["c1", "c2~part"]);
});
