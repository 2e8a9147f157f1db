import { deepEqual, equal, ok } from "node:assert/strict";
import type { Message } from "../../ports.ts";
import { fact } from "./messages.ts";
import type { Scenario } from "./scenario.ts";
import { keysOf, upTo } from "./world.ts";

export const following: readonly Scenario[] = [
  {
    name: "what many writers publish at once is followed once, in order, without a gap",
    run: async (world) => {
      const writers = await world.clients(5);
      const { log } = await world.client();
      const got = world.follow(log, ["evt.alpha.busy.>"]);
      const seqs = await Promise.all(
        writers.flatMap((writer, w) => upTo(40).map((key) => world.put(writer.log, fact({ entity: "busy", id: `w${w}`, key })))),
      );
      await world.until(
        () => got.length >= seqs.length,
        "all messages came",
        20_000,
        () => got.length,
      );
      await world.clock.sleep(50);
      deepEqual(
        got.map((message) => message.seq),
        seqs.sort((a, b) => a - b),
      );
    },
  },
  {
    name: "following begins after any position, and goes on with what comes",
    run: async (world) => {
      const { log } = await world.client();
      const seqs: number[] = [];
      for (const key of upTo(20)) seqs.push(await world.put(log, fact({ entity: "from", id: "a", key })));
      const head = await world.persist(() => log.head());
      ok(head >= (seqs.at(-1) ?? 0), "the head is the last sequence");
      const starts = [0, (seqs[4] ?? 0) - 1, seqs[4] ?? 0, seqs[18] ?? 0, head];
      const got = starts.map((from) => world.follow(log, ["evt.alpha.from.>"], from));
      for (const key of [21, 22]) seqs.push(await world.put(log, fact({ entity: "from", id: "a", key })));
      const expected = starts.map((from) => seqs.filter((seq) => seq > from));
      await world.until(
        () => got.every((list, i) => list.length >= (expected[i]?.length ?? 0)),
        "all followers have all",
        20_000,
        () => got.map((list) => list.length),
      );
      deepEqual(
        got.map((list) => list.map((message) => message.seq)),
        expected,
      );
    },
  },
  {
    name: "a scan reads what is there after a position, in order, and says how far",
    run: async (world) => {
      const { log } = await world.client();
      const seqs: number[] = [];
      for (const key of upTo(12)) seqs.push(await world.put(log, fact({ entity: "scanned", id: "a", key })));
      const last = seqs.at(-1) ?? 0;
      for (const from of [0, seqs[5] ?? 0, last]) {
        const got: number[] = [];
        const read = await world.persist(() => log.scan(["evt.alpha.scanned.>"], from, (message) => void got.push(message.seq)));
        deepEqual(
          got,
          seqs.filter((seq) => seq > from),
        );
        ok(read >= last, `it read up to ${read}`);
      }
    },
  },
  {
    name: "pages bring what is there after a position, each once and in order, and say when nothing is left",
    run: async (world) => {
      const { log } = await world.client();
      const seqs: number[] = [];
      for (const key of upTo(12)) {
        seqs.push(await world.put(log, fact({ entity: "paged", id: "a", key })));
        await world.put(log, fact({ entity: "beside", id: "a", key }));
      }
      const filter = "evt.alpha.paged.*.a.*";
      const read = async (from: number, most: { messages: number; bytes: number }): Promise<{ got: number[]; sizes: number[] }> => {
        const got: number[] = [];
        const sizes: number[] = [];
        for (let at = from, whole = false; !whole; ) {
          const page = await world.persist(() => log.page(filter, at, most));
          got.push(...page.messages.map(({ seq }) => seq));
          sizes.push(page.messages.length);
          ok(page.upTo >= (page.messages.at(-1)?.seq ?? at), `a page says that it read up to ${page.upTo}`);
          ok(page.whole || page.upTo > at, "a page goes on");
          deepEqual([page.left === 0, page.left], [page.whole, seqs.filter((seq) => seq > page.upTo).length]);
          at = page.upTo;
          whole = page.whole;
        }
        return { got, sizes };
      };
      const plenty = 1_000_000;
      // In a cluster any copy of the stream answers, also one that is a moment behind.
      await world.until(async () => {
        const all = await Promise.all(upTo(20).map(() => world.persist(() => log.page(filter, 0, { messages: 100, bytes: plenty }))));
        return all.every(({ messages }) => messages.length === seqs.length);
      }, "every copy has them");
      for (const from of [0, seqs[5] ?? 0, seqs.at(-1) ?? 0])
        for (const messages of [1, 5, 100]) {
          const { got, sizes } = await read(from, { messages, bytes: plenty });
          deepEqual(
            got,
            seqs.filter((seq) => seq > from),
          );
          ok(Math.max(...sizes) <= messages, `pages of ${sizes.join()}`);
        }
      const { got, sizes } = await read(0, { messages: 100, bytes: 1 });
      deepEqual(got, seqs);
      ok(Math.max(...sizes) === 1, `pages by bytes have ${sizes.join()}`);
      const none = await world.persist(() => log.page("evt.alpha.paged.*.gone.*", 0, { messages: 5, bytes: plenty }));
      deepEqual([none.messages, none.whole], [[], true]);
    },
  },
  {
    name: "a follower that ended goes on where it stopped",
    run: async (world) => {
      const [writer, first, second] = await world.clients(3);
      if (writer === undefined || first === undefined || second === undefined) throw new Error("no clients");
      const filters = ["evt.alpha.stopped.>"];
      const end = new AbortController();
      const early: Message[] = [];
      const ended = first.log.follow(
        filters,
        0,
        (message) => {
          early.push(message);
          if (early.length === 7) end.abort();
        },
        end.signal,
      );
      for (const key of upTo(15)) await world.put(writer.log, fact({ entity: "stopped", id: "a", key }));
      await ended;
      equal(early.length, 7, "nothing comes after the end");
      await first.kill();
      const late = world.follow(second.log, filters, early.at(-1)?.seq);
      await world.until(() => late.length >= 8, "the rest came");
      deepEqual(keysOf([...early, ...late]), upTo(15).map(String));
    },
  },
  {
    name: "several filters are followed in one order, and nothing else",
    run: async (world) => {
      const { log } = await world.client();
      const got = world.follow(log, ["evt.alpha.chosen.red.>", "evt.alpha.chosen.blue.>"]);
      for (const key of upTo(12)) {
        const event = ["red", "green", "blue"][key % 3] ?? "red";
        await world.put(log, fact({ entity: "chosen", event, id: "a", key }));
      }
      await world.until(() => got.length >= 8, "the chosen ones came");
      deepEqual(keysOf(got), ["2", "3", "5", "6", "8", "9", "11", "12"]);
    },
  },
  {
    name: "a follower waits for its handler",
    run: async (world) => {
      const { log } = await world.client();
      for (const key of upTo(6)) await world.put(log, fact({ entity: "waited", id: "a", key }));
      const seen: string[] = [];
      const end = new AbortController();
      const ended = log.follow(
        ["evt.alpha.waited.>"],
        0,
        async (message) => {
          seen.push(`> ${message.subject.at(-1)}`);
          await world.clock.sleep(15);
          seen.push(`< ${message.subject.at(-1)}`);
        },
        end.signal,
      );
      await world.until(() => seen.length >= 12, "all are handled");
      deepEqual(
        seen,
        upTo(6).flatMap((key) => [`> ${key}`, `< ${key}`]),
      );
      end.abort();
      await ended;
    },
  },
  {
    name: "following ends when its signal does, even at once",
    run: async (world) => {
      const { log } = await world.client();
      await log.follow(["evt.alpha.never.>"], 0, () => undefined, AbortSignal.abort());
      for (const wait of [0, 1, 20]) {
        const end = new AbortController();
        const ended = log.follow(["evt.alpha.never.>"], 0, () => undefined, end.signal);
        await world.clock.sleep(wait);
        end.abort();
        await ended;
      }
    },
  },
];
