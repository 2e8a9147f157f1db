import { team } from "@armada/agents";
import { buildEnvelope, capability, chainOf, type Envelope, encodeBody } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { startEngine } from "../replica.ts";
import { noTracer, silentLogger } from "../testing/replica.ts";
import { script } from "../testing/script.ts";
import { answeredByCode } from "./code-capability.ts";
import { allQueues, queuesOf } from "./queues.ts";

const count = capability("counter.count", { input: z.object({ by: z.int() }), output: z.object({ from: z.string(), total: z.int() }) });

/** A counter that remembers what it was asked, and fails the first time. */
function world(hostility = CALM) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random, hostility);
  const counter = team({ name: "counter" });
  mesh.provision("counter", allQueues(queuesOf(counter)));
  mesh.provision("asker", []);
  let total = 0;
  let failed = false;
  const counting = answeredByCode(count, async ({ by }, from) => {
    if (!failed) {
      failed = true;
      throw new Error("not yet");
    }
    total += by;
    return { from, total };
  });
  const ports = { ...mesh.connect("counter"), clock, random, scheduler: clock.scheduler, tracer: noTracer, logger: silentLogger };
  startEngine(counter, ports, script({}), { capabilities: [counting] });
  const said = { type: "armada.asked", team: "asker", time: "2026-11-22T10:00:00Z" };
  return {
    ask: async (id: string, data: unknown, more: Partial<Envelope> = {}): Promise<unknown[]> => {
      const asked = { ...buildEnvelope({ ...said, id, subject: id, data }, chainOf("chain")), ...more };
      mesh.stream("counter").append(`ask.counter.asker.count.${id}`, encodeBody([asked]), clock.now());
      await clock.run(() => false, 20_000);
      return mesh.stream("asker").messages.map(({ subject, envelopes }) => [subject, envelopes[0]?.data]);
    },
    answer: () => mesh.stream("asker").messages.at(-1)?.envelopes[0],
    journal: () => mesh.stream("counter").messages.filter(({ subject }) => subject.startsWith("run.")),
  };
}

test("an ask is answered by code, again after a failure, and begins no run", async () => {
  const { ask, journal } = world();
  expect(await ask("r1-2", { input: { by: 3 } })).toEqual([["ans.asker.counter.r1.2", { output: { from: "asker", total: 3 } }]]);
  expect(await ask("r1-3", { input: { by: 4 } })).toHaveLength(2);
  expect(journal()).toEqual([]);
});

test("what does not fit is refused in words, and an ask whose answer nobody could find is left", async () => {
  const { ask } = world();
  expect(await ask("r1-2", { input: { by: "much" } })).toMatchObject([
    ["ans.asker.counter.r1.2", { failure: { code: "INPUT_INVALID", message: expect.stringContaining("count") } }],
  ]);
  expect(await ask("nobody", { input: { by: 1 } })).toHaveLength(1);
});

test("an answer that met a rival's write in flight is given again", async () => {
  const { ask } = world({ ...CALM, rival: 0.5 });
  for (const n of [1, 2, 3, 4]) await ask(`r1-${n}`, { input: { by: 1 } });
  expect(await ask("r1-5", { input: { by: 1 } })).toHaveLength(5);
});

test("an answer is of its ask's chain, and says of itself nothing that the ask says of itself", async () => {
  const { ask, answer } = world();
  await ask("r1-2", { input: { by: 3 } }, { hops: 2, prev: "before", schemaversion: 7 });
  expect(answer()).toMatchObject({ id: "r1-2.answer", source: "/teams/counter", correlationid: "chain", causationid: "r1-2", hops: 2 });
  expect(answer()).toMatchObject({ schemaversion: 1 });
  expect(answer()).not.toHaveProperty("prev");
});
