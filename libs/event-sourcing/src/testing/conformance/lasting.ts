import { deepEqual, equal, ok } from "node:assert/strict";
import { fact } from "./messages.ts";
import { queueOf, type Scenario } from "./scenario.ts";
import { done, keysOf, upTo } from "./world.ts";

const orphaned = queueOf("orphaned", 2);
const thrown = queueOf("thrown");
const patient = queueOf("patient", 1);

/** What takes longer than the ack wait. */
export const lasting: readonly Scenario[] = [
  {
    name: "what a dead worker held goes to another after the ack wait, counted",
    slow: true,
    queues: [orphaned],
    run: async (world) => {
      const [doomed, other] = await world.clients(2);
      if (doomed === undefined || other === undefined) throw new Error("no clients");
      const held = world.work(doomed.log, orphaned, () => new Promise(() => undefined));
      for (const key of upTo(2)) await world.put(other.log, fact({ entity: "orphaned", id: "a", key }));
      await world.until(() => held.got.length === 2, "the worker holds both");
      const died = world.clock.now();
      await doomed.kill();
      const { got } = world.work(other.log, orphaned, () => done);
      await world.until(() => new Set(keysOf(got)).size === 2, "another worker has both", world.fixture.ackWait + 10_000);
      ok(world.clock.now() - died >= world.fixture.ackWait * 0.7, "not before the ack wait is over");
      ok(
        got.every((delivery) => delivery.delivery >= 2),
        "the deliveries are counted",
      );
    },
  },
  {
    name: "a handler that throws gets its message again",
    slow: true,
    queues: [thrown],
    run: async (world) => {
      const { log } = await world.client();
      const { got } = world.work(log, thrown, (delivery) => {
        if (delivery.delivery === 1) throw new Error("a handler's own mistake");
        return done;
      });
      for (const key of upTo(3)) await world.put(log, fact({ entity: "thrown", id: "a", key }));
      const again = (): number => new Set(keysOf(got.filter((delivery) => delivery.delivery >= 2))).size;
      await world.until(() => again() === 3, "each came again", world.fixture.ackWait + 10_000);
    },
  },
  {
    name: "a handler that takes longer than the ack wait keeps its message",
    slow: true,
    needs: "calm",
    queues: [patient],
    run: async (world) => {
      const [slow, idle] = await world.clients(2);
      if (slow === undefined || idle === undefined) throw new Error("no clients");
      let ended = false;
      const { got } = world.work(slow.log, patient, async () => {
        await world.clock.sleep(world.fixture.ackWait + 5_000);
        ended = true;
        return done;
      });
      await world.put(idle.log, fact({ entity: "patient", id: "a", key: 1 }));
      await world.until(() => got.length === 1, "the handler has it");
      const other = world.work(idle.log, patient, () => done);
      await world.until(() => ended, "the handler ended", world.fixture.ackWait + 10_000);
      await world.until(async () => (await slow.log.depth("patient")).unacked === 0, "it is acknowledged");
      deepEqual(keysOf(got), ["1"]);
      equal(other.got.length, 0, "nobody else was handed it");
    },
  },
];
