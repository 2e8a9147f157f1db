import { deepEqual, equal, ok } from "node:assert/strict";
import { fact } from "./messages.ts";
import { queueOf, type Scenario } from "./scenario.ts";
import { done, gate, keysOf, upTo } from "./world.ts";

const HOUR = 3_600_000;
const counted = queueOf("counted", 1);

export const pausing: readonly Scenario[] = [
  {
    name: "a paused queue delivers nothing after its pause was answered, and all of it once resumed",
    queues: [queueOf("paused")],
    run: async (world) => {
      const { log } = await world.client();
      const { got } = world.work(log, queueOf("paused"), () => done);
      await world.put(log, fact({ entity: "paused", id: "a", key: 1 }));
      await world.until(() => got.length >= 1, "the first came");
      await world.persist(() => log.pause("paused", world.clock.now() + HOUR));
      const before = new Set(keysOf(got)).size;
      for (const key of upTo(5)) await world.put(log, fact({ entity: "paused", id: "b", key: key + 1 }));
      await world.clock.sleep(400);
      equal(new Set(keysOf(got)).size, before, "nothing new came");
      await world.persist(() => log.pause("paused", 0));
      await world.until(() => new Set(keysOf(got)).size === 6, "all came");
    },
  },
  {
    name: "a pause is over at its time",
    queues: [queueOf("napping")],
    run: async (world) => {
      const { log } = await world.client();
      const until = world.clock.now() + 700;
      await world.persist(() => log.pause("napping", until));
      await world.put(log, fact({ entity: "napping", id: "a", key: 1 }));
      let at = 0;
      world.work(log, queueOf("napping"), () => {
        at ||= world.clock.now();
        return done;
      });
      await world.until(() => at > 0, "it came");
      ok(at >= until - 5, `it came ${until - at} ms before the pause was over`);
    },
  },
  {
    name: "the depth of a queue tells what waits, what is held and who waits for work",
    queues: [counted],
    run: async (world) => {
      const [log, other] = (await world.clients(2)).map((client) => client.log);
      if (log === undefined || other === undefined) throw new Error("no clients");
      const depth = async (): Promise<number[]> => {
        const { pending, unacked, workers } = await world.persist(() => log.depth("counted"));
        return [pending, unacked, workers];
      };
      const becomes = async (wanted: readonly number[], what: string): Promise<void> => {
        let last: unknown;
        await world.until(
          async () => {
            last = await depth();
            return JSON.stringify(last) === JSON.stringify(wanted);
          },
          what,
          60_000,
          () => last,
        );
      };
      deepEqual(await depth(), [0, 0, 0]);
      for (const key of upTo(5)) await world.put(log, fact({ entity: "counted", id: "a", key }));
      await becomes([5, 0, 0], "five wait and nobody works");
      const hold = gate();
      const handle = async (): Promise<typeof done> => {
        await hold.opened;
        return done;
      };
      world.work(log, counted, handle);
      await becomes([4, 1, 0], "one is held by the one worker");
      world.work(other, counted, handle);
      await becomes([3, 2, 0], "two are held");
      hold.open();
      await becomes([0, 0, 2], "all is done and two wait for more");
      ok((await world.persist(() => log.depth("counted"))).since <= world.clock.now());
    },
  },
];
