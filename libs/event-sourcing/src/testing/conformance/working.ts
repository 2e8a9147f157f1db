import { deepEqual, equal, ok } from "node:assert/strict";
import { fact } from "./messages.ts";
import { queueOf, type Scenario } from "./scenario.ts";
import { done, gate, keysOf, Taken, upTo } from "./world.ts";

const shared = queueOf("shared", 2);
const calm = queueOf("acked", 4);
const bounded = queueOf("bounded", 3);
const retried = queueOf("given_back", 1);
const grouped = [queueOf("grouped", 4, "group_a"), queueOf("grouped", 4, "group_b")] as const;
const closing = queueOf("closing", 5);
const applied = queueOf("applied", 4);

export const working: readonly Scenario[] = [
  {
    name: "workers share a queue: every message is handled, each worker has a part",
    queues: [shared],
    run: async (world) => {
      const workers = await world.clients(3);
      const { log } = await world.client();
      const works = workers.map((worker) =>
        world.work(worker.log, shared, async () => {
          await world.clock.sleep(10);
          return done;
        }),
      );
      await world.until(async () => (await world.persist(() => log.depth("shared"))).workers > 2, "the workers wait");
      await Promise.all(upTo(60).map((key) => world.put(log, fact({ entity: "shared", id: "a", key }))));
      const handled = (): Set<string> => new Set(works.flatMap((work) => keysOf(work.got)));
      await world.until(
        () => handled().size === 60,
        "all are handled",
        30_000,
        () => handled().size,
      );
      for (const [i, work] of works.entries()) ok(work.got.length > 0, `worker ${i} got nothing`);
    },
  },
  {
    name: "what is acknowledged is not delivered again",
    needs: "calm",
    queues: [calm],
    run: async (world) => {
      const [a, b] = await world.clients(2);
      if (a === undefined || b === undefined) throw new Error("no clients");
      const works = [world.work(a.log, calm, () => done), world.work(b.log, calm, () => done)];
      for (const key of upTo(40)) await world.put(a.log, fact({ entity: "acked", id: "a", key }));
      await world.until(() => works.flatMap((work) => work.got).length >= 40, "all are handled");
      await world.until(async () => (await a.log.depth("acked")).unacked === 0, "all are acknowledged");
      const all = works.flatMap((work) => work.got);
      equal(all.length, 40);
      deepEqual([...new Set(all.map((delivery) => delivery.delivery))], [1]);
    },
  },
  {
    name: "a worker holds no more messages than it said",
    queues: [bounded],
    run: async (world) => {
      const { log } = await world.client();
      for (const key of upTo(12)) await world.put(log, fact({ entity: "bounded", id: "a", key }));
      let held = 0;
      let most = 0;
      const { got } = world.work(log, bounded, async () => {
        most = Math.max(most, ++held);
        await world.clock.sleep(30);
        held--;
        return done;
      });
      await world.until(() => new Set(keysOf(got)).size === 12, "all are handled");
      equal(most, 3, "as many at a time as it said");
    },
  },
  {
    name: "what a handler gives back comes again, not before the delay, and counted",
    queues: [retried],
    run: async (world) => {
      const { log } = await world.client();
      const at: { key: string; time: number; delivery: number }[] = [];
      world.work(log, retried, (delivery) => {
        at.push({ key: delivery.subject.split(".").at(-1) ?? "", time: world.clock.now(), delivery: delivery.delivery });
        return delivery.delivery < 3 ? { kind: "retry", after: 150 } : done;
      });
      for (const key of upTo(3)) await world.put(log, fact({ entity: "given_back", id: "a", key }));
      await world.until(
        () => upTo(3).every((key) => at.some((one) => one.key === String(key) && one.delivery >= 3)),
        "each came three times",
      );
      for (const key of upTo(3)) {
        const [first, second, third] = at.filter((one) => one.key === String(key));
        deepEqual([first?.delivery, second?.delivery, third?.delivery], [1, 2, 3]);
        ok((second?.time ?? 0) - (first?.time ?? 0) >= 149, "the second not before the delay");
        ok((third?.time ?? 0) - (second?.time ?? 0) >= 149, "nor the third");
      }
    },
  },
  {
    name: "each queue gets every message",
    queues: grouped,
    run: async (world) => {
      const { log } = await world.client();
      const works = grouped.map((queue) => world.work(log, queue, () => done));
      for (const key of upTo(20)) await world.put(log, fact({ entity: "grouped", id: "a", key }));
      const sets = (): number[] => works.map((work) => new Set(keysOf(work.got)).size);
      await world.until(() => sets().every((size) => size === 20), "both have all", 20_000, sets);
    },
  },
  {
    name: "workers closed at once end after their handlers; others go on and nothing is lost",
    queues: [closing],
    run: async (world) => {
      const [a, b] = await world.clients(2);
      if (a === undefined || b === undefined) throw new Error("no clients");
      const end = new AbortController();
      let running = 0;
      const finished = new Set<string>();
      const works = upTo(4).map(() =>
        world.work(
          a.log,
          closing,
          async (delivery) => {
            running++;
            await world.clock.sleep(40);
            running--;
            finished.add(delivery.subject);
            return done;
          },
          end.signal,
        ),
      );
      const published = Promise.all(upTo(60).map((key) => world.put(b.log, fact({ entity: "closing", id: "a", key }))));
      await world.until(() => finished.size > 4, "some are handled");
      end.abort();
      await Promise.all(works.map((work) => work.ended));
      equal(running, 0, "all handlers have ended when the workers have");
      const begun = works.flatMap((work) => work.got).length;
      await published;
      await world.clock.sleep(50);
      equal(works.flatMap((work) => work.got).length, begun, "a closed worker is handed nothing");
      ok(begun < 60, "the workers were closed amid the work");
      const rest = world.work(b.log, closing, () => done);
      await world.until(() => new Set([...finished, ...rest.got.map((d) => d.subject)]).size === 60, "the rest is handled", 40_000);
    },
  },
  {
    name: "a handler that loads first keeps an aggregate's order through redeliveries",
    queues: [applied],
    run: async (world) => {
      const workers = await world.clients(2);
      const { log } = await world.client();
      const aggregates = ["a", "b", "c"];
      const handle =
        (own: typeof log) =>
        async (delivery: { subject: string; delivery: number; seq: number }): Promise<typeof done | { kind: "retry"; after: number }> => {
          const [, , , , id = "", key = ""] = delivery.subject.split(".");
          const filter = `evt.alpha.effects.*.${id}.*`;
          const { messages } = await world.load(own, filter);
          if (messages.length >= Number(key)) return done;
          if (messages.length !== Number(key) - 1 || (Number(key) % 3 === 0 && delivery.delivery === 1))
            return { kind: "retry", after: 20 };
          try {
            await world.put(own, fact({ entity: "effects", id, key }), { filter, last: messages.at(-1)?.seq ?? 0 });
            return done;
          } catch (error) {
            if (error instanceof Taken) return { kind: "retry", after: 20 };
            throw error;
          }
        };
      for (const worker of workers) world.work(worker.log, applied, handle(worker.log));
      for (const key of upTo(10)) for (const id of aggregates) await world.put(log, fact({ entity: "applied", id, key }));
      const effects = async (id: string): Promise<string[]> => keysOf((await world.load(log, `evt.alpha.effects.*.${id}.*`)).messages);
      for (const id of aggregates) {
        let all: string[] = [];
        await world.until(
          async () => {
            all = await effects(id);
            return all.length >= 10;
          },
          `all of ${id} have their effect`,
          40_000,
        );
        deepEqual(all, upTo(10).map(String));
      }
    },
  },
  {
    name: "a message is acknowledged only when its handler has ended",
    queues: [queueOf("held", 1)],
    run: async (world) => {
      const { log } = await world.client();
      const hold = gate();
      const { got } = world.work(log, queueOf("held", 1), async () => {
        await hold.opened;
        return done;
      });
      await world.put(log, fact({ entity: "held", id: "a", key: 1 }));
      await world.until(() => got.length === 1, "the handler has it");
      await world.clock.sleep(100);
      equal((await world.persist(() => log.depth("held"))).unacked, 1, "while it runs the message is not acknowledged");
      hold.open();
      await world.until(async () => (await world.persist(() => log.depth("held"))).unacked === 0, "then it is", 30_000);
    },
  },
];
