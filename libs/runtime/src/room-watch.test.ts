import { expect, test } from "vitest";
import { watchRoom } from "./room-watch.ts";

const HOUR = 3_600_000;

test("queues are paused while the stream is full, and go on by themselves; between, only what is new is refused", async () => {
  let bytes = 0;
  const paused = new Map<string, number>();
  const said: string[] = [];
  const end = new AbortController();
  const watch = watchRoom({
    room: async () => ({ stream: "TEAM_a", bytes, limit: 1_000 }),
    log: { pause: async (queue, until) => void paused.set(queue, until) },
    queues: ["asks", "ticks"],
    logger: { info: (line) => void said.push(line), warn: (line) => void said.push(line) },
    signal: end.signal,
    clock: { now: () => Date.now() + HOUR },
    every: 5,
  });
  const level = (wanted: string) => expect.poll(() => watch.level(), { interval: 2 }).toBe(wanted);
  bytes = 850;
  await level("busy");
  expect(paused.size).toBe(0);
  bytes = 960;
  await level("full");
  await expect.poll(() => Math.min(...[...paused.values()]), { interval: 2 }).toBeGreaterThan(Date.now() + HOUR);
  bytes = 400;
  await level("free");
  await expect
    .poll(() => [...paused], { interval: 2 })
    .toEqual([
      ["asks", 0],
      ["ticks", 0],
    ]);
  expect(said[0]).toMatch(/^the stream TEAM_a holds 850 bytes of the 1000 bytes that it may: new runs are refused; free space/);
  end.abort();
});
