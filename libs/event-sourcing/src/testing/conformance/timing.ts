import { deepEqual, equal, ok } from "node:assert/strict";
import { type Outgoing, setTimerOnce } from "../../append-once.ts";
import type { Message } from "../../ports.ts";
import type { Client } from "./adapter.ts";
import { message } from "./messages.ts";
import type { Scenario } from "./scenario.ts";
import { upTo, type World } from "./world.ts";

const LATE_MS = 300;

export const timing: readonly Scenario[] = [
  {
    name: "timers fire once each and never early, by a clock of their own at most 300 ms late",
    run: async (world) => {
      const late = await latest(world, await world.client(), "punctual");
      // By the machine's clock a machine that is busy elsewhere is late as well.
      if (world.fixture.virtual) ok(late <= LATE_MS, `the latest fired ${late} ms late`);
    },
  },
  {
    name: "a tick brings its body through the log",
    run: async (world) => {
      const client = await world.client();
      const tick = await set(world, client, "bodied", 1, world.clock.now() + 100);
      let seq = 0;
      await world.until(async () => {
        seq = (await world.persist(() => client.log.last("tick.alpha.bodied.1")))?.seq ?? 0;
        return seq > 0;
      }, "the tick is in the log");
      const stored = await world.persist(() => client.log.last("tick.alpha.bodied.1", seq));
      deepEqual(
        stored?.envelopes.map(({ id, data }) => ({ id, data })),
        [{ id: tick.id, data: { n: 1 } }],
      );
    },
  },
  {
    name: "a timer set twice is one timer",
    run: async (world) => {
      const client = await world.client();
      const got = world.follow(client.log, ["tick.alpha.doubled.*"]);
      const time = world.clock.now() + 500;
      const tick = await set(world, client, "doubled", 1, time);
      const again = { run: "doubled", n: 1, time: time + 200, body: tick.body };
      const settled = await setTimerOnce({ timers: client.timers, ...world.waits }, again);
      ok(settled.kind === "stored" && settled.already, "it was set");
      await world.until(() => got.length > 0, "it fired");
      await world.clock.sleep(600);
      equal(got.length, 1);
    },
  },
  {
    name: "a timer whose time is past fires at once",
    run: async (world) => {
      const client = await world.client();
      const got = world.follow(client.log, ["tick.alpha.overdue.*"]);
      const begun = world.clock.now();
      await set(world, client, "overdue", 1, begun - 60_000);
      await world.until(() => got.length > 0, "it fired");
    },
  },
];

/** Sets 20 timers and answers by how much the latest was late. */
async function latest(world: World, client: Client, run: string): Promise<number> {
  const fired = new Map<string, number[]>();
  const head = await world.persist(() => client.log.head());
  const note = (tick: Message): void => void fired.set(tick.subject, [...(fired.get(tick.subject) ?? []), world.clock.now()]);
  void client.log.follow([`tick.alpha.${run}.*`], head, note, world.signal);
  const begun = world.clock.now();
  const due = upTo(20).map((n) => ({ n, time: begun + 250 + n * 73 }));
  await Promise.all(due.map(({ n, time }) => set(world, client, run, n, time)));
  await world.until(() => fired.size === due.length, "all fired");
  await world.clock.sleep(400);
  return Math.max(
    ...due.map(({ n, time }) => {
      const at = fired.get(`tick.alpha.${run}.${n}`) ?? [];
      equal(at.length, 1, `timer ${n} fired ${at.length} times`);
      const late = (at[0] ?? 0) - time;
      ok(late >= 0, `timer ${n} fired ${-late} ms early`);
      return late;
    }),
  );
}

async function set(world: World, client: Client, run: string, n: number, time: number): Promise<Outgoing> {
  const tick = message({ kind: "tick", team: "alpha", run, n }, "alpha", `${run}-${n}`, { n });
  const set = await setTimerOnce({ timers: client.timers, ...world.waits }, { run, n, time, body: tick.body });
  equal(set.kind, "stored");
  return tick;
}
