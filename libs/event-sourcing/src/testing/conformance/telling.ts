import { deepEqual, equal, ok } from "node:assert/strict";
import type { LiveText } from "@armada/contracts";
import type { Live } from "../../ports.ts";
import type { Client } from "./adapter.ts";
import type { Scenario } from "./scenario.ts";
import { upTo, type World } from "./world.ts";

export const telling: readonly Scenario[] = [
  {
    name: "who watches a run is told its text in order, and no other run's or team's",
    run: async (world) => {
      const [own, other] = [await world.client("alpha"), await world.client("beta")];
      const watched = await watching(world, own.live, "told");
      for (const seq of upTo(50)) {
        own.live.publish(piece("told", seq));
        own.live.publish(piece("untold", seq));
        other.live.publish(piece("told", seq));
      }
      await world.until(() => watched.got.at(-1)?.seq === 50, "the last piece comes");
      deepEqual(
        watched.got,
        upTo(50).map((seq) => piece("told", seq)),
      );
    },
  },
  {
    name: "text is not kept: who watches later is told what comes from then on, and nothing once it has ended",
    run: async (world) => {
      const { live, log } = await world.client("alpha");
      const head = await world.persist(() => log.head());
      live.publish(piece("late", 1));
      const watched = await watching(world, live, "late");
      live.publish(piece("late", 2));
      await world.until(() => watched.got.at(-1)?.seq === 2, "what comes is told");
      watched.end.abort();
      await watched.ended;
      const again = await watching(world, live, "late");
      live.publish(piece("late", 3));
      await world.until(() => again.got.at(-1)?.seq === 3, "another watcher is told");
      deepEqual([watched.got.map(({ seq }) => seq), again.got.map(({ seq }) => seq)], [[2], [3]]);
      equal(await world.persist(() => log.head()), head, "the team's stream has none of it");
    },
  },
  {
    name: "replicas of a team hear what one of them says of a topic, itself too, in order and once at most; no other team does",
    run: async (world) => {
      const [one, two] = await world.clients(2);
      const other = await world.client("beta");
      if (one === undefined || two === undefined) throw new Error("two replicas");
      const heard = [one, two, other].map((client) => hearing(world, client));
      const apart = hearing(world, two, "another");
      await world.until(() => {
        one.gossip.say("calls", "0");
        other.gossip.say("calls", "beta's");
        two.gossip.say("another", "0");
        return [...heard, apart].every(({ length }) => length > 0);
      }, "all of them listen");
      for (const i of upTo(50)) one.gossip.say("calls", String(i));
      await world.until(() => {
        one.gossip.say("calls", "51");
        return heard.slice(0, 2).every((said) => said.at(-1) === "51");
      }, "the last word comes");
      for (const said of heard.slice(0, 2)) {
        const words = said.map(Number).filter((word) => word > 0 && word < 51);
        ok(words.length > 0);
        deepEqual(
          words,
          [...new Set(words)].sort((a, b) => a - b),
        );
      }
      deepEqual([new Set(heard[2]), new Set(apart)], [new Set(["beta's"]), new Set(["0"])]);
    },
  },
];

function hearing({ signal }: World, { gossip }: Client, topic = "calls"): string[] {
  const said: string[] = [];
  void gossip.listen(topic, (body) => void said.push(body), signal);
  return said;
}

const MARK = 1_000;
const piece = (run: string, seq: number): LiveText => ({ run, n: 3, attempt: 2, call: 1, seq, text: `piece ${seq} of „${run}“\n` });

type Watched = { readonly got: LiveText[]; readonly end: AbortController; readonly ended: Promise<void> };

/** Watches a run of alpha's, and has been told something, so that it misses nothing from then on. */
async function watching(world: World, live: Live, run: string): Promise<Watched> {
  const got: LiveText[] = [];
  const end = new AbortController();
  const ended = (await world.fixture.watcher("alpha")).watch(
    run,
    (told) => void got.push(told),
    AbortSignal.any([end.signal, world.signal]),
  );
  await world.until(() => {
    if (got.length > 0) return true;
    live.publish(piece(run, 0));
    return false;
  }, "it watches");
  // What was published while it was not known to watch comes before this one.
  live.publish(piece(run, MARK));
  await world.until(() => got.at(-1)?.seq === MARK, "it has been told all of that");
  got.length = 0;
  return { got, end, ended };
}
