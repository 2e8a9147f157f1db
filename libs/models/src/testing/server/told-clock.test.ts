import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { NOW_HEADER, ToldClock } from "./told-clock.ts";

test("who sleeps wakes at its own time, in order, and before the clock is at what it is told", async () => {
  const clock = new ToldClock();
  const woken: [string, number][] = [];
  await clock.tell(1_000);
  void clock.sleep(300).then(() => woken.push(["second", clock.now()]));
  void clock.sleep(200).then(async () => {
    woken.push(["first", clock.now()]);
    await clock.sleep(50);
    woken.push(["first again", clock.now()]);
  });
  void clock.sleep(2_000).then(() => woken.push(["later", clock.now()]));
  await clock.tell(1_500);
  expect(woken).toEqual([
    ["first", 1_200],
    ["first again", 1_250],
    ["second", 1_300],
  ]);
  expect(clock.now()).toBe(1_500);
  await clock.tell(1_400);
  expect(clock.now()).toBe(1_500);
});

test("who stops to wait sleeps no more", async () => {
  const clock = new ToldClock();
  const over = new AbortController();
  const slept = clock.sleep(100, over.signal);
  over.abort(new Error("enough"));
  await expect(slept).rejects.toThrow("enough");
  await expect(clock.sleep(100, over.signal)).rejects.toThrow("enough");
  await clock.tell(1_000);
  expect(clock.now()).toBe(1_000);
});

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer({ script: () => ({}), clock: new ToldClock(), batchMs: 60_000 });
});
afterAll(() => server[Symbol.asyncDispose]());

test("a server told the time by its requests ends a batch when its time has come, and no earlier", async () => {
  const ask = async (path: string, now: number, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${server.url}/v1/messages/batches${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "x-api-key": "k", "content-type": "application/json", "anthropic-version": "2023-06-01", [NOW_HEADER]: String(now) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const at = Date.parse("2026-11-22T10:00:00Z");
  const made = await ask("", at, { requests: [{ custom_id: "one", params: {} }] });
  expect(made).toMatchObject({ processing_status: "in_progress", created_at: "2026-11-22T10:00:00.000Z" });
  const path = `/${String(made.id)}`;
  expect(await ask(path, at + 59_999)).toMatchObject({ processing_status: "in_progress" });
  expect(await ask(path, at + 90_000)).toMatchObject({ processing_status: "ended", ended_at: "2026-11-22T10:01:00.000Z" });
});
