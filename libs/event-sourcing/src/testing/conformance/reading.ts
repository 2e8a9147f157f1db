import { deepEqual, equal, ok } from "node:assert/strict";
import type { Subject } from "@armada/contracts";
import { fact, message } from "./messages.ts";
import { queueOf, type Scenario } from "./scenario.ts";
import { done, keysOf, upTo } from "./world.ts";

const FENCED = 150;
const LIMIT = 1_000;

export const reading: readonly Scenario[] = [
  {
    name: "a fenced read sees every acknowledged write, whoever wrote it",
    run: async (world) => {
      const [writer, reader] = await world.clients(2);
      if (writer === undefined || reader === undefined) throw new Error("no clients");
      const filter = "evt.alpha.fenced.*.a.*";
      for (const version of upTo(FENCED)) {
        const seq = await world.put(writer.log, fact({ entity: "fenced", id: "a", key: version }));
        const loaded = await world.load(reader.log, filter, seq);
        ok(loaded.upTo >= seq, `a load up to ${seq} looked up to ${loaded.upTo}`);
        equal(loaded.messages.at(-1)?.seq, seq, "the load has the write");
        equal(loaded.messages.length, version);
        const last = await world.last(reader.log, filter, seq);
        equal(last?.seq, seq, "the last message is the write");
      }
    },
  },
  {
    name: "an aggregate of which nothing is stored is empty, fenced or not",
    run: async (world) => {
      const { log } = await world.client();
      const seq = await world.put(log, fact({ entity: "empty", id: "there", key: 1 }));
      deepEqual((await world.load(log, "evt.alpha.empty.*.gone.*")).messages, []);
      const fenced = await world.load(log, "evt.alpha.empty.*.gone.*", seq);
      deepEqual(fenced.messages, []);
      ok(fenced.upTo >= seq);
      equal(await world.last(log, "evt.alpha.empty.*.gone.*", seq), undefined);
    },
  },
  {
    name: "a load is in the order of the log",
    run: async (world) => {
      const { log } = await world.client();
      const seqs: number[] = [];
      for (const at of upTo(30)) seqs.push(await world.put(log, fact({ entity: "ordered", event: `e${(at * 7) % 30}`, id: "a", key: at })));
      const { messages } = await world.load(log, "evt.alpha.ordered.*.a.*", seqs.at(-1));
      deepEqual(
        messages.map((message) => message.seq),
        seqs,
      );
    },
  },
  {
    name: "a load of 1,000 messages is whole; one more is too many; the last one is found all the same",
    run: async (world) => {
      const { log } = await world.client();
      const filter = "evt.alpha.many.*.a.*";
      const seqs = await Promise.all(upTo(LIMIT).map((key) => world.put(log, fact({ entity: "many", id: "a", key }))));
      const newest = Math.max(...seqs);
      equal((await world.load(log, filter, newest)).messages.length, LIMIT);
      const over = await world.put(log, fact({ entity: "many", id: "a", key: LIMIT + 1 }));
      equal((await world.persist(() => log.load(filter, over))).kind, "too_many");
      equal((await world.last(log, filter, over))?.seq, over);
    },
  },
  {
    name: "what does not agree with its subject is stored and never handed out",
    queues: [queueOf("disagreeing")],
    run: async (world) => {
      const { log } = await world.client();
      const filter = "evt.alpha.disagreeing.*.*.*";
      const good = fact({ entity: "disagreeing", id: "a", key: 1 });
      const foreign = { ...fact({ entity: "disagreeing", id: "a", key: 2 }, {}, { team: "beta" }) };
      const garbage = { ...fact({ entity: "disagreeing", id: "a", key: 3 }), body: "no event" };
      const partly = { ...fact({ entity: "disagreeing", id: "a", key: 4 }), body: `[${good.body},${foreign.body}]` };
      const got = world.follow(log, [filter]);
      await world.put(log, good);
      for (const bad of [foreign, garbage, partly]) {
        const before = await world.persist(() => log.head());
        const answer = await world.answered(() => world.fixture.store("alpha", bad.subject, bad.body));
        ok(answer.kind === "appended" ? answer.seq > before : answer.kind === "conflict", "the bad message is stored");
      }
      const seq = await world.put(log, fact({ entity: "disagreeing", id: "a", key: 5 }));
      deepEqual(keysOf((await world.load(log, filter, seq)).messages), ["1", "5"]);
      equal(await world.last(log, foreign.subject, seq), undefined);
      equal((await world.last(log, "evt.alpha.disagreeing.*.a.*", seq))?.seq, seq);
      const { got: handled } = world.work(log, queueOf("disagreeing"), () => done);
      await world.until(() => got.length >= 2 && handled.length >= 2, "both good messages came");
      deepEqual(keysOf(got), ["1", "5"]);
      deepEqual([...new Set(keysOf(handled))].sort(), ["1", "5"]);
    },
  },
  {
    name: "a journal message that speaks of another run is never handed out",
    run: async (world) => {
      const { log } = await world.client();
      const at = (n: number): Exclude<Subject, { kind: "fact" }> => ({
        kind: "journal",
        team: "alpha",
        does: "note",
        route: "said",
        run: "mistaken",
        n,
      });
      const got = world.follow(log, ["run.alpha.*.*.mistaken.*"]);
      await world.put(log, message(at(1), "alpha", "mistaken"));
      const wrong = message(at(2), "alpha", "another");
      await world.answered(() => log.append(wrong.subject, wrong.body, { filter: wrong.subject, last: 0 }));
      const seq = await world.put(log, message(at(3), "alpha", "mistaken"));
      deepEqual(keysOf((await world.load(log, "run.alpha.*.*.mistaken.*", seq)).messages), ["1", "3"]);
      await world.until(() => got.length >= 2, "both good messages came");
      deepEqual(keysOf(got), ["1", "3"]);
    },
  },
  {
    name: "what no reader takes hides nothing and holds no place",
    run: async (world) => {
      const { log } = await world.client();
      const filter = "evt.alpha.blocked.*.a.*";
      const good = (key: number) => fact({ entity: "blocked", id: "a", key });
      const first = await world.put(log, good(1), { filter, last: 0 });
      for (const key of [1, 2]) {
        const { subject, body } = fact({ entity: "blocked", id: "a", key }, {}, { team: "beta" });
        await world.answered(() => world.fixture.store("alpha", subject, body));
      }
      const head = await world.persist(() => log.head());
      deepEqual(keysOf((await world.load(log, filter, head)).messages), ["1"]);
      equal((await world.last(log, good(1).subject, first))?.seq, first);
      await world.put(log, good(3), { filter, last: first });
      await world.put(log, good(2), { filter: good(2).subject, last: 0 });
      const seq = await world.persist(() => log.head());
      deepEqual(keysOf((await world.load(log, filter, seq)).messages), ["1", "3", "2"]);
    },
  },
];
