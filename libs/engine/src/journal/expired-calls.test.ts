import { agent, team, workflow } from "@armada/agents";
import { encodeBody } from "@armada/contracts";
import { loadEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { ledger, ledgerEventsIn, ledgerOf } from "@armada/ledger";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { startReplica } from "../testing/replica.ts";

const CEILING = { micros: 1_000, tokens: 3_000 };
const COST = { micros: 120, tokens: 500 };
const Num = z.object({ n: z.number() });

const buyer = agent({
  name: "buyer",
  does: "asks a model once",
  tier: "worker",
  input: Num,
  output: Num,
  run: ({ input, model }) => model.ask({ task: "buy", prompt: `Buy ${input.n}.`, material: [], schema: Num }),
});
const shopping = workflow({
  name: "shopping",
  version: 1,
  input: Num,
  output: Num,
  run: async (input, ctx) => {
    for (let n = 0; n < input.n; n++) await ctx.ask(buyer, { n });
    return input;
  },
});
const shop = team({ name: "shop", agents: [buyer], workflows: [shopping] });

/** A provider whose answers take a second; `billed`: what each call that it answered costs, by the call's id. */
function provider(clock: VirtualClock, billed: Set<string>): Models {
  return {
    async call(request, signal, options) {
      const call = (await options?.meter?.draw({ tier: request.tier, model: "m", ceiling: CEILING })) ?? "";
      billed.add(call);
      await clock.sleep(1_000, signal);
      options?.meter?.settle(call, { kind: "billed", model: "m", usage: { inputTokens: COST.tokens, outputTokens: 0 }, amount: COST });
      return {
        value: request.schema.parse({ n: 1 }),
        model: "m",
        usage: { inputTokens: COST.tokens, outputTokens: 0 },
        costMicros: COST.micros,
      };
    },
  };
}

test.each([40_000, 100_000, 173_000])(
  "of a replica killed at %i ms each call is in the ledger once, as settled or as suspect",
  async (killedAt) => {
    const clock = new VirtualClock();
    const began = clock.now();
    const random = seededRandom(killedAt);
    const mesh = new MemoryMesh(clock, random);
    const billed = new Set<string>();
    const env = { clock, random, scheduler: clock.scheduler, budget: { limits: "$10/day" } };
    const first = startReplica(mesh, shop, provider(clock, billed), env);
    for (let i = 0; i < 8; i++) {
      const id = `run-${i}`;
      const said = { specversion: "1.0", source: "/operator", type: "armada.asked", team: "operator", schemaversion: 1, hops: 0 } as const;
      const time = new Date(began).toISOString();
      const data = { workflow: "shopping", input: { n: 200 } };
      const body = encodeBody([{ ...said, id: `${id}.run_start`, subject: id, time, data, correlationid: id, causationid: id }]);
      mesh.stream("shop").append(`ask.shop.operator.run_start.${id}`, body, began);
    }
    await clock.run(() => clock.now() - began >= killedAt, killedAt + 1_000);
    first.kill();
    const before = billed.size;
    expect(before).toBeGreaterThan(100);
    startReplica(mesh, shop, provider(clock, billed), env);
    const ended = (): boolean => mesh.stream("shop").messages.filter(({ subject }) => subject.startsWith("run.shop.end.")).length === 8;
    expect(await clock.run(ended, 1_200_000)).toBe("done");
    await clock.run(() => false, 120_000);

    const events = mesh
      .stream("shop")
      .messages.flatMap((message) => (message.subject.startsWith("evt.shop.ledger.") ? ledgerEventsIn(message) : []));
    const settled = events.flatMap((event) => (event.type === "settled" ? event.data.calls.map(({ call }) => call) : []));
    expect(settled.length).toBe(new Set(settled).size);
    const { state } = await loadEndless(mesh.connect("shop").log, ledger, ledgerOf("shop", "2026-01"));
    const suspects = Object.keys(state.suspects);
    expect(suspects.length).toBeGreaterThan(0);
    expect(suspects.length).toBeLessThanOrEqual(8);
    expect([...settled, ...suspects].sort()).toEqual([...billed].sort());
    expect(state.spent.micros).toBe(settled.length * COST.micros);
    expect(state.blocks).toEqual({});
  },
);
