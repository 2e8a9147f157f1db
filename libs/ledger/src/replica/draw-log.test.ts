import { HOSTILE, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { DrawLog, drawsIn, type Recorded } from "./draw-log.ts";

const drawn = (call: string): Recorded => ({
  call,
  account: "*",
  agent: "a",
  workflow: "w",
  run: "r",
  tier: "worker",
  model: "m",
  ceiling: { micros: 1, tokens: 1 },
  drawnAt: 1,
  seq: 1,
});

const quiet = { info: () => undefined, warn: () => undefined };

test("calls that come together are on record together, each once, whatever the log does", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const clock = new VirtualClock();
    const mesh = new MemoryMesh(clock, seededRandom(seed), HOSTILE);
    mesh.provision("alpha", []);
    const log = new DrawLog(
      "alpha",
      { draws: mesh.connect("alpha").draws, clock, random: seededRandom(seed), logger: quiet },
      new AbortController().signal,
    );
    const recorded: string[] = [];
    for (const block of ["b1", "b2"])
      for (let i = 0; i < 300; i++)
        void clock.sleep(Math.floor(i / 64) * 50).then(async () => {
          await log.record(block, drawn(`${block}-${i}`));
          const stored = mesh.draws("alpha").messages.flatMap(({ envelopes }) => drawsIn(envelopes));
          expect(stored.some(({ call }) => call === `${block}-${i}`)).toBe(true);
          recorded.push(`${block}-${i}`);
        });
    expect(await clock.run(() => recorded.length === 600, 600_000)).toBe("done");
    const { messages } = mesh.draws("alpha");
    const calls = messages.flatMap(({ envelopes }) => drawsIn(envelopes)).map(({ call }) => call);
    expect(new Set(calls).size).toBe(600);
    expect(calls).toHaveLength(600);
    expect(messages.length).toBeLessThan(100);
  }
});

test("who stops waits no more, and who waits long says so", async () => {
  const clock = new VirtualClock();
  const over = new AbortController();
  const warned: string[] = [];
  const never = { append: () => Promise.resolve({ kind: "unavailable", reason: "away" } as const) };
  const log = new DrawLog(
    "alpha",
    { draws: never, clock, random: seededRandom(1), logger: { ...quiet, warn: (line) => void warned.push(line) } },
    over.signal,
  );
  const waiting = log.record("b1", drawn("c1"));
  void clock.sleep(20_000).then(() => over.abort(new Error("stopped")));
  const ended = waiting.then(
    () => "recorded",
    (error: unknown) => String(error),
  );
  let said = "";
  void ended.then((how) => (said = how));
  await clock.run(() => said !== "", 60_000);
  expect(said).toBe("Error: stopped");
  expect(new Set(warned)).toEqual(new Set(["the record of calls to be made waits: away"]));
});
