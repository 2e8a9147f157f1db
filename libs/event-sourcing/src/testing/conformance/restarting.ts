import { deepEqual, ok } from "node:assert/strict";
import { fact } from "./messages.ts";
import { queueOf, type Scenario } from "./scenario.ts";
import { done, keysOf, upTo } from "./world.ts";

const WRITES = 400;
const surviving = queueOf("surviving", 8);

export const restarting: readonly Scenario[] = [
  {
    name: "the log goes away under load and comes back: nothing acknowledged is lost, followers and workers go on",
    needs: "restart",
    queues: [surviving],
    run: async (world) => {
      const [writer, reader, worker] = await world.clients(3);
      if (writer === undefined || reader === undefined || worker === undefined) throw new Error("no clients");
      const followed = world.follow(reader.log, ["evt.alpha.surviving.>"]);
      const { got } = world.work(worker.log, surviving, () => done);
      const acknowledged: { key: number; seq: number }[] = [];
      let next = 1;
      const write = async (): Promise<void> => {
        for (let key = next++; key <= WRITES; key = next++) {
          acknowledged.push({ key, seq: await world.put(writer.log, fact({ entity: "surviving", id: "a", key })) });
          await world.clock.sleep(2);
        }
      };
      const writing = Promise.all(upTo(4).map(write));
      await world.until(() => acknowledged.length > WRITES / 8, "the load is on");
      await world.fixture.restart();
      await writing;
      const last = Math.max(...acknowledged.map(({ seq }) => seq));
      const { messages } = await world.load(reader.log, "evt.alpha.surviving.*.a.*", last);
      const stored = new Map(messages.map((message) => [message.subject, message.seq]));
      for (const { key, seq } of acknowledged)
        ok(stored.get(`evt.alpha.surviving.noted.a.${key}`) === seq, `message ${key} was acknowledged at ${seq} and is not there`);
      await world.until(
        () => followed.length >= WRITES,
        "the follower has all",
        45_000,
        () => followed.length,
      );
      deepEqual(
        followed.map((message) => message.seq),
        messages.map((message) => message.seq),
        "once each and in order",
      );
      await world.until(
        () => new Set(keysOf(got)).size === WRITES,
        "every message is handled",
        45_000,
        () => new Set(keysOf(got)).size,
      );
      const after = await world.put(writer.log, fact({ entity: "surviving", id: "b", key: "after" }));
      await world.until(() => followed.some((message) => message.seq === after), "what is new is followed");
    },
  },
];
