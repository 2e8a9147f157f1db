import { deepEqual, equal } from "node:assert/strict";
import type { Message, Queue } from "../../ports.ts";
import type { TeamWants } from "./adapter.ts";
import { fact } from "./messages.ts";
import type { Scenario } from "./scenario.ts";
import { done, keysOf, upTo, type World } from "./world.ts";

const renewed: Queue = { name: "renewed", filters: ["evt.gamma.thing.*.*.*"], concurrency: 4 };

/** Teams whose streams are made anew, and the one that copies from one of them. */
export const REMADE: readonly TeamWants[] = [
  { team: "gamma", queues: [renewed], sources: new Map() },
  { team: "delta", queues: [], sources: new Map() },
  { team: "epsilon", queues: [], sources: new Map([["delta", ["evt.delta.thing.noted.>"]]]) },
];

const OLD = 10;
const NEW = 15;

export const remaking: readonly Scenario[] = [
  {
    name: "a stream made anew is another one: followers and workers get all of it, from its beginning, and are told before",
    slow: true,
    run: async (world) => {
      const [writer, reader] = await world.clients(2, "gamma");
      if (writer === undefined || reader === undefined) throw new Error("no clients");
      const followed: Message[] = [];
      let replacedAt: number | undefined;
      void reader.log.replaced(world.signal).then((how) => {
        if (how === "replaced") replacedAt = followed.length;
      });
      void reader.log.follow(["evt.gamma.>"], 0, (message) => void followed.push(message), world.signal);
      const { got } = world.work(reader.log, renewed, () => done);
      await write(world, "gamma", "old", OLD);
      await world.until(() => followed.length === OLD && got.length >= OLD, "the old ones came");
      await world.until(async () => (await world.persist(() => reader.log.depth("renewed"))).unacked === 0, "they are done with", 60_000);
      const before = got.length;
      await world.fixture.remake("gamma");
      await write(world, "gamma", "new", NEW);
      await world.until(
        () => followed.length >= OLD + NEW && new Set(keysOf(got.slice(before))).size >= NEW,
        "all of the new stream came",
        30_000,
        () => [followed.length, got.length],
      );
      await world.clock.sleep(300);
      const names = (kind: string, count: number): string[] => upTo(count).map((key) => `${kind}${key}`);
      deepEqual(keysOf(followed), [...names("old", OLD), ...names("new", NEW)], "once each, in order");
      deepEqual([...new Set(keysOf(got.slice(before)))].sort(), names("new", NEW).sort());
      equal(replacedAt, OLD, "it was told before the first of the new ones");
    },
  },
  {
    name: "a follower that was given a place in a stream does not skip the beginning of the next",
    slow: true,
    run: async (world) => {
      const { log } = await world.client("delta");
      await write(world, "delta", "old", OLD);
      const head = await world.persist(() => log.head());
      const followed = world.follow(log, ["evt.delta.>"], head);
      const copies = world.follow((await world.client("epsilon")).log, ["evt.delta.>"]);
      await world.until(() => copies.length === OLD, "the copies came", 30_000);
      await world.fixture.remake("delta");
      await write(world, "delta", "new", 3);
      const expected = upTo(3).map((key) => `new${key}`);
      await world.until(() => followed.length >= 3, "the new ones came", 30_000);
      deepEqual(keysOf(followed), expected);
      // A source looks for its stream every ten to thirty seconds.
      await world.until(() => copies.length >= OLD + 3, "the copies of the new ones came", 60_000);
      deepEqual(keysOf(copies.slice(OLD)), expected);
      deepEqual(
        copies.slice(OLD).map(({ origin }) => origin?.seq),
        [1, 2, 3],
        "at places that others had before",
      );
    },
  },
];

async function write(world: World, team: string, name: string, count: number): Promise<void> {
  const { log } = await world.client(team);
  for (const key of upTo(count)) await world.put(log, fact({ team, entity: "thing", id: "a", key: `${name}${key}` }));
}
