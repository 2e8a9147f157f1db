import { VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { BatchItem, ProviderBatches, Submitted } from "../providers/batches.ts";
import { BatchGathering } from "./gathering.ts";

const never = new AbortController().signal;
const item = (call: string): BatchItem => ({ call, request: { tier: "worker", task: "t", material: [], schema: z.string() } });

/** Batches by the calls in them; one that holds `bad` is refused. A batch takes a minute. */
function world() {
  const clock = new VirtualClock();
  const batches: { at: number; calls: string[] }[] = [];
  const provider: Pick<ProviderBatches, "inWaves" | "submit"> = {
    inWaves: (items) =>
      Promise.resolve({
        first: items.filter(({ call }) => !call.startsWith("rest")),
        rest: items.filter(({ call }) => call.startsWith("rest")),
      }),
    submit: (items): Promise<Submitted> => {
      if (items.some(({ call }) => call === "bad"))
        return Promise.resolve({ kind: "refused", error: new ModelError("MODEL_BAD_REQUEST", "too long") });
      batches.push({ at: clock.now(), calls: items.map(({ call }) => call) });
      return Promise.resolve({ kind: "submitted", batch: `b${batches.length}` });
    },
  };
  const gathering = new BatchGathering(provider as ProviderBatches, {
    clock,
    withinMs: 1_000,
    max: 4,
    onSubmitted: () => undefined,
    ended: () => clock.sleep(60_000),
    signal: never,
  });
  const told = new Map<string, string>();
  const submit = (call: string, signal = never): void => {
    const free = (): void => void told.set(call, "unsent");
    gathering.submit(item(call), signal, free).then(
      (submitted) => told.set(call, submitted.kind === "submitted" ? submitted.batch : submitted.kind),
      () => undefined,
    );
  };
  return { clock, batches, told, submit };
}

test("requests of a second together are one batch; the batch that is full goes at once", async () => {
  const { clock, batches, told, submit } = world();
  const start = clock.now();
  for (const call of ["a", "b", "c", "d", "e"]) submit(call);
  await clock.run(() => told.size === 5, 10_000);
  expect(batches).toEqual([
    { at: start, calls: ["a", "b", "c", "d"] },
    { at: start + 1_000, calls: ["e"] },
  ]);
});

test("one for which all are refused fails alone", async () => {
  const { clock, told, submit } = world();
  for (const call of ["a", "bad", "c"]) submit(call);
  await clock.run(() => told.size === 3, 10_000);
  expect(Object.fromEntries(told)).toEqual({ c: "b1", bad: "refused", a: "b2" });
});

test("what reads a beginning that another writes goes when that one's batch has ended, and may be given up until then", async () => {
  const { clock, batches, told, submit } = world();
  const start = clock.now();
  const enough = new AbortController();
  submit("a");
  submit("rest1");
  submit("rest2", enough.signal);
  await clock.run(() => told.size === 1, 10_000);
  enough.abort(new Error("enough"));
  await clock.run(() => told.size === 3, 100_000);
  expect(told.get("rest2")).toBe("unsent");
  expect(batches).toEqual([
    { at: start + 1_000, calls: ["a"] },
    { at: start + 61_000, calls: ["rest1"] },
  ]);
});
