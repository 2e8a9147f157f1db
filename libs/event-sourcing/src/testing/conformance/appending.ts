import { deepEqual, equal, ok } from "node:assert/strict";
import type { Outgoing } from "../../append-once.ts";
import { MAX_MESSAGE } from "../../ports.ts";
import { fact, facts } from "./messages.ts";
import type { Scenario } from "./scenario.ts";
import { keysOf, Taken, upTo } from "./world.ts";

const RACERS = 50;
const ROUNDS = 4;
const BIG = 600_000;

export const appending: readonly Scenario[] = [
  {
    name: "of 50 racing writers that expect the same, exactly one is stored",
    run: async (world) => {
      const clients = await world.clients(5);
      const log = clients[0]?.log ?? (await world.client()).log;
      const filter = "evt.alpha.race.*.one.*";
      for (let round = 1, last = 0; round <= ROUNDS; ) {
        const answers = await Promise.all(
          upTo(RACERS).map(async (racer) => {
            const { subject, body } = fact({ entity: "race", event: `by${racer}`, id: "one", key: round }, {}, { id: `${round}-${racer}` });
            return { racer, answer: await (clients[racer % 5]?.log ?? log).append(subject, body, { filter, last }) };
          }),
        );
        const told = Math.max(
          0,
          ...answers.map(({ answer }) => (answer.kind === "appended" ? answer.seq : answer.kind === "conflict" ? (answer.last ?? 0) : 0)),
        );
        const stored = (await world.load(log, filter, told)).messages.filter((message) => message.seq > last);
        const winners = answers.filter(({ answer }) => answer.kind === "appended");
        ok(winners.length <= 1, `${winners.length} of ${RACERS} writers were told that they won round ${round}`);
        ok(stored.length <= 1, `${stored.length} messages of round ${round} are stored`);
        for (const { racer } of winners) equal(stored[0]?.envelopes[0]?.id, `${round}-${racer}`, "the stored message is the winner's");
        for (const { answer } of answers)
          if (answer.kind === "conflict" && answer.last !== undefined)
            equal(answer.last, stored[0]?.seq, "a conflict names the winner's sequence");
        if (stored[0] === undefined) continue; // nobody was answered and nothing stored: race again
        last = stored[0].seq;
        round++;
      }
    },
  },
  {
    name: "20 writers that load and try again all get in, one after the other",
    run: async (world) => {
      const clients = await world.clients(4);
      const filter = "evt.alpha.turns.*.one.*";
      const seqs = await Promise.all(
        upTo(20).map(async (writer) => {
          const log = clients[writer % 4]?.log ?? (await world.client()).log;
          for (;;) {
            const { messages } = await world.load(log, filter);
            const version = messages.length + 1;
            const mine = fact({ entity: "turns", event: `by${writer}`, id: "one", key: version });
            try {
              return await world.put(log, mine, { filter, last: messages.at(-1)?.seq ?? 0 });
            } catch (error) {
              if (!(error instanceof Taken)) throw error;
            }
          }
        }),
      );
      const { messages } = await world.load((await world.client()).log, filter, Math.max(...seqs));
      deepEqual(keysOf(messages), upTo(20).map(String), "versions without a gap or a double");
      equal(new Set(messages.map((message) => message.subject.split(".")[3])).size, 20, "one message of each writer");
    },
  },
  {
    name: "an expectation looks at its filter and at nothing else",
    run: async (world) => {
      const { log } = await world.client();
      const first = await world.put(log, fact({ entity: "filtered", id: "a", key: 1 }));
      const other = await world.put(log, fact({ entity: "filtered", id: "b", key: 1 }));
      await world.put(log, fact({ entity: "filtered", id: "a", key: 2 }), { filter: "evt.alpha.filtered.*.a.*", last: first });
      const { subject, body } = fact({ entity: "filtered", id: "a", key: 3 });
      const wrong = await world.answered(() => log.append(subject, body, { filter: "evt.alpha.filtered.*.a.*", last: other }));
      equal(wrong.kind, "conflict", "the last sequence of another aggregate is no expectation of this one");
    },
  },
  {
    name: "what is created once stays the first one; a second try finds its own",
    run: async (world) => {
      const { log } = await world.client();
      const mine = fact({ entity: "once", id: "a", key: "k" }, { by: "me" });
      const theirs = { ...fact({ entity: "once", id: "a", key: "k" }, { by: "them" }, { id: "another" }) };
      const seq = await world.put(log, mine);
      const again = await world.answered(() => log.append(mine.subject, mine.body, { filter: mine.subject, last: 0 }));
      equal(again.kind, "conflict", "the second try is a conflict");
      if (again.kind === "conflict" && again.last !== undefined) equal(again.last, seq);
      equal(await world.put(log, mine), seq, "and finds its own message");
      await world.put(log, theirs).then(
        () => ok(false, "another's message took the subject"),
        (error: unknown) => ok(error instanceof Taken, String(error)),
      );
      const { messages } = await world.load(log, mine.subject, seq);
      deepEqual(
        messages.map((message) => message.envelopes[0]?.data),
        [{ by: "me" }],
      );
    },
  },
  {
    name: "a retry after a lost answer stores nothing twice",
    run: async (world) => {
      const { log } = await world.client();
      const filter = "evt.alpha.retried.*.a.*";
      const seqs: number[] = [];
      for (const version of upTo(60)) {
        const mine = fact({ entity: "retried", id: "a", key: version });
        const expect = { filter, last: seqs.at(-1) ?? 0 };
        await log.append(mine.subject, mine.body, expect); // its answer never comes
        seqs.push(await world.put(log, mine, expect));
      }
      const { messages } = await world.load(log, filter, seqs.at(-1));
      deepEqual(
        messages.map((message) => message.seq),
        seqs,
      );
      deepEqual(keysOf(messages), upTo(60).map(String));
    },
  },
  {
    name: "several events of one decision are one message, in their order",
    run: async (world) => {
      const { log } = await world.client();
      const got = world.follow(log, ["evt.alpha.several.>"]);
      const many = facts({ entity: "several", id: "a", key: 1 }, [
        { id: "s1", data: 1 },
        { id: "s2", data: 2 },
        { id: "s3", data: 3 },
      ]);
      const seq = await world.put(log, many);
      const { messages } = await world.load(log, many.subject, seq);
      equal(messages.length, 1);
      deepEqual(
        messages[0]?.envelopes.map(({ id, data }) => [id, data]),
        [
          ["s1", 1],
          ["s2", 2],
          ["s3", 3],
        ],
      );
      await world.until(() => got.length === 1, "the follower has the message");
      deepEqual(
        got[0]?.envelopes.map(({ id }) => id),
        ["s1", "s2", "s3"],
      );
    },
  },
  {
    name: "a message keeps what its writer said about it",
    run: async (world) => {
      const { log } = await world.client();
      const said = {
        id: "told-1",
        time: "2026-02-03T04:05:06.789Z",
        correlationid: "chain",
        causationid: "cause-7",
        schemaversion: 3,
        hops: 5,
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        prev: "0123456789012345678901",
        data: { text: 'ä \u0000 \u2028 🛰 "quoted"', nested: [{ deep: null }], number: 0.1 },
      };
      const before = world.clock.now();
      const seq = await world.put(log, facts({ entity: "told", id: "ключ", key: 1 }, [said]));
      const stored = await world.last(log, "evt.alpha.told.*.ключ.*", seq);
      const { id, time, correlationid, causationid, schemaversion, hops, traceparent, prev, data } = stored?.envelopes[0] ?? {};
      deepEqual({ id, time, correlationid, causationid, schemaversion, hops, traceparent, prev, data }, said);
      equal(stored?.seq, seq);
      equal(stored?.subject, "evt.alpha.told.noted.ключ.1");
      ok(stored !== undefined && stored.time >= before - 100 && stored.time <= world.clock.now() + 100, "the time of storing is now");
      equal(stored.origin, undefined);
    },
  },
  {
    name: "a large body arrives whole",
    run: async (world) => {
      const { log } = await world.client();
      const text = Array.from({ length: BIG / 10 }, (_, i) => String(i).padStart(10, "·"))
        .join("")
        .slice(0, BIG / 2);
      const seq = await world.put(log, fact({ entity: "large", id: "a", key: 1 }, { text }));
      const stored = await world.last(log, "evt.alpha.large.>", seq);
      deepEqual(stored?.envelopes[0]?.data, { text });
    },
  },
  {
    name: "a body up to the limit is taken; a larger one is refused for good, and the log goes on",
    run: async (world) => {
      const { log } = await world.client();
      const sized = (key: string, bytes: number): Outgoing => {
        const empty = fact({ entity: "sized", id: "a", key }, { text: "" });
        return fact({ entity: "sized", id: "a", key }, { text: "a".repeat(bytes - Buffer.byteLength(empty.body)) });
      };
      const most = sized("most", MAX_MESSAGE);
      equal(Buffer.byteLength(most.body), MAX_MESSAGE);
      await world.put(log, most);
      const larger = sized("larger", 2 * MAX_MESSAGE);
      const refused = await world.answered(() => log.append(larger.subject, larger.body, { filter: larger.subject, last: 0 }));
      equal(refused.kind, "refused", "a message that is too large is no outage");
      const seq = await world.put(log, fact({ entity: "sized", id: "a", key: "next" }));
      const { messages } = await world.load(log, "evt.alpha.sized.*.a.*", seq);
      deepEqual(keysOf(messages), ["most", "next"]);
    },
  },
];
