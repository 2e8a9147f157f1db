import { afterEach, expect, test, vi } from "vitest";
import { startTestMesh } from "../testing/index.ts";

const HOUR = 3_600_000;
const queue = { name: "things", filters: ["evt.alpha.thing.>"], concurrency: 1 };
const teams = [{ team: "alpha", queues: [queue], sources: new Map() }];

afterEach(() => {
  vi.useRealTimers();
});

test("a pause goes by the server's clock, whatever this machine's says", async () => {
  await using mesh = await startTestMesh(teams);
  const { log, link } = await mesh.connect("alpha");
  const isPaused = async (): Promise<boolean> => {
    const answer = await link.mux.request("$JS.API.CONSUMER.INFO.TEAM_alpha.things", "{}", { timeout: 5_000 });
    if ("failed" in answer) throw new Error(answer.failed);
    return answer.json<{ paused?: boolean }>().paused === true;
  };
  const now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + HOUR });
  await log.pause("things", now + 60_000);
  expect(await isPaused()).toBe(true);
  await log.pause("things", 0);
  await expect.poll(isPaused).toBe(false);
  vi.setSystemTime(now - HOUR);
  await log.pause("things", now - 1_000);
});

test("a pause that another takes back is not waited for", async () => {
  await using mesh = await startTestMesh(teams);
  const [one, other] = await Promise.all([mesh.connect("alpha"), mesh.connect("alpha")]);
  for (let i = 0; i < 10; i++) await Promise.all([one.log.pause("things", Date.now() + HOUR), other.log.pause("things", 0)]);
}, 60_000);
