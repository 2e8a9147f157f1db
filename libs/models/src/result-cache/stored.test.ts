import { expect, test } from "vitest";
import { cached, HOUR, provider, request, value, world } from "../testing/cache-world.ts";
import { requestDigest } from "./request-digest.ts";
import { storedAnswer } from "./stored.ts";

const cache = { ttlMs: HOUR, scope: "team" } as const;

test("what the cache keeps is read without a call, also once it serves nobody any more; of what it never heard there is nothing", async () => {
  const { clock, mesh, replica, settled, after } = world();
  const { calls, models } = provider(clock);
  const { registers: team, objects } = mesh.connect("alpha");
  const from = { team, fleet: mesh.connect("fleet").registers, objects, models: ["other", "m"] };
  const stored = async (...how: Parameters<typeof request>) => (await settled([storedAnswer(request(...how), cache, from)]))[0];
  expect(await stored()).toEqual({ status: "fulfilled", value: undefined });
  await settled([replica(models).call(request(), undefined, cached())]);
  await after(48 * HOUR);
  expect(await stored()).toMatchObject({ value: { value, model: "m", cached: { at: expect.stringMatching(/^2026-01-01T/) } } });
  expect(await stored("another question")).toEqual({ status: "fulfilled", value: undefined });
  expect(calls).toHaveLength(1);
});

test("a claim is no answer, nor is what does not fit", async () => {
  const { mesh, settled } = world();
  const { registers: team, objects } = mesh.connect("alpha");
  const key = `answer-${requestDigest(request(), { model: "m" })}`;
  const from = { team, fleet: team, objects, models: ["m"] };
  const answered = { kind: "answered", by: "a", body: { value: 7 }, model: "m", usage: { inputTokens: 1, outputTokens: 1 } };
  for (const entry of [
    { kind: "claimed", by: "a", until: 1 },
    { ...answered, costMicros: 1, at: 1, until: 2 },
  ]) {
    await settled([team.put(key, JSON.stringify(entry))]);
    expect(await settled([storedAnswer(request(), cache, from)])).toEqual([{ status: "fulfilled", value: undefined }]);
  }
});
