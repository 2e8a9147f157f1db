import { deepEqual, equal, ok } from "node:assert/strict";
import { appendSole } from "../../append-once.ts";
import type { Queue } from "../../ports.ts";
import { fact, message } from "./messages.ts";
import type { Scenario } from "./scenario.ts";
import { done, keysOf, upTo } from "./world.ts";

const served: Queue = { name: "served", filters: ["ask.alpha.*.help.*"], concurrency: 4 };

/** What team beta sources from alpha, for the scenarios below. */
export const SOURCED: ReadonlyMap<string, readonly string[]> = new Map([
  ["alpha", ["evt.alpha.shown.published.>", "evt.alpha.shown.withdrawn.>"]],
]);

export const crossing: readonly Scenario[] = [
  {
    name: "an ask reaches the other team's stream, and its answer comes back",
    queues: [served],
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      world.work(alpha.log, served, async (ask) => {
        const [, , from = "", , id = ""] = ask.subject.split(".");
        equal(ask.envelopes[0]?.team, "beta");
        await world.put(
          alpha.log,
          message({ kind: "answer", to: from, from: "alpha", run: id.split("-")[0] ?? "", n: 1 }, "alpha", id, ask.envelopes[0]?.data),
        );
        return done;
      });
      const answers = world.follow(beta.log, ["ans.beta.>"]);
      const ask = message({ kind: "ask", to: "alpha", from: "beta", capability: "help", id: "asking-1" }, "beta", "asking-1", {
        please: true,
      });
      await appendSole({ log: beta.log, ...world.waits }, ask);
      await world.until(() => answers.length > 0, "the answer came");
      deepEqual(answers[0]?.envelopes[0]?.data, { please: true });
      equal(answers[0]?.envelopes[0]?.team, "alpha");
      equal(answers[0]?.subject, "ans.beta.alpha.asking.1");
    },
  },
  {
    name: "an ask made twice is in the other team's stream once, however long that is",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      // The asker's own stream has nothing at the place where the other's has the ask.
      const ahead = (await world.persist(() => beta.log.head())) + 5;
      for (let key = 1; (await world.persist(() => alpha.log.head())) < ahead; key++)
        await world.put(alpha.log, fact({ entity: "ahead", id: "a", key }));
      const { subject, body } = message({ kind: "ask", to: "alpha", from: "beta", capability: "repeat", id: "twice" }, "beta", "twice");
      const after = fact({ entity: "ahead", id: "after", key: 1 });
      const got = world.follow(alpha.log, [subject, after.subject]);
      for (const _ of upTo(5)) {
        const answer = await world.answered(() => beta.log.append(subject, body, { filter: subject, last: 0 }));
        ok(answer.kind === "appended" || answer.kind === "conflict");
      }
      await world.put(alpha.log, after);
      await world.until(() => got.at(-1)?.subject === after.subject, "what came later came");
      deepEqual(
        got.map((one) => one.subject),
        [subject, after.subject],
      );
    },
  },
  {
    name: "a source brings the other team's facts once, in order, with their origin, and no others",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      const got = world.follow(beta.log, ["evt.alpha.>"]);
      const own: number[] = [];
      for (const key of upTo(30)) {
        const seq = await world.put(alpha.log, fact({ entity: "shown", event: key % 3 === 0 ? "hidden" : "published", id: "a", key }));
        if (key % 3 !== 0) own.push(seq);
      }
      await world.until(
        () => got.length >= own.length,
        "all copies came",
        30_000,
        () => got.length,
      );
      await world.clock.sleep(300);
      deepEqual(
        got.map((copy) => copy.origin),
        own.map((seq) => ({ stream: "TEAM_alpha", seq })),
      );
      ok(got.every((copy) => copy.envelopes[0]?.team === "alpha" && copy.subject.startsWith("evt.alpha.shown.published.a.")));
      const last = got.at(-1)?.seq;
      const { messages } = await world.load(beta.log, "evt.alpha.shown.*.a.*", last);
      deepEqual(keysOf(messages), keysOf(got));
      const [copy] = messages;
      const [original] = (await world.load(alpha.log, "evt.alpha.shown.published.a.1", own[0])).messages;
      equal(copy?.body, original?.body, "a copy has the bytes of its original");
      equal(original?.origin, undefined);
    },
  },
];
