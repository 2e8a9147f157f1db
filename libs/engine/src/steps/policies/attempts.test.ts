import { expect, test } from "vitest";
import { deliveredStep, fails, NOON, never } from "../../testing/delivered-step.ts";
import { Abandoned, Terminal } from "../attempt-failure.ts";
import { attemptsPolicy } from "./attempts.ts";

const broken = Object.assign(new Error("the disk is gone"), { code: "DISK" });

test("a failed attempt counts, and the next comes later each time", async () => {
  const warned: unknown[] = [];
  const about = (failures: number) =>
    deliveredStep({ step: { failures, attempts: failures }, delivery: () => failures + 1, warn: (error) => warned.push(error) });
  for (const [failures, after] of [
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
  ] as const)
    expect(await attemptsPolicy(about(failures), fails(broken))).toEqual({
      kind: "retry",
      after,
      attempt: {
        type: "step.attempt_failed",
        data: {
          n: 1,
          attempt: failures + 1,
          delivery: failures + 1,
          code: "DISK",
          message: "the disk is gone",
          retryAt: new Date(NOON + after).toISOString(),
          counts: true,
        },
      },
    });
  expect(warned).toEqual([broken, broken, broken]);
});

test("after the last one its fallback answers, and where none is left no attempt is made", async () => {
  expect(await attemptsPolicy(deliveredStep({ step: { failures: 3 } }), fails(broken))).toMatchObject({
    kind: "fallback",
    failure: { code: "DISK" },
    attempt: { data: { counts: true } },
  });
  expect(await attemptsPolicy(deliveredStep({ step: { failures: 4 } }), never)).toEqual({ kind: "fallback", failure: undefined });
});

test("an error of which every attempt would end is not tried again", async () => {
  const verdict = await attemptsPolicy(deliveredStep(), fails(new Terminal("INPUT_INVALID", "no")));
  expect(verdict).toMatchObject({ kind: "fallback", failure: { code: "INPUT_INVALID" }, attempt: { data: { counts: true } } });
});

test("what a replica gives back as it stops is no attempt, and comes again at once", async () => {
  const warned: unknown[] = [];
  const about = deliveredStep({ warn: (error) => warned.push(error) });
  const verdict = await attemptsPolicy(about, fails(new Abandoned("DRAINED", "stopping")));
  expect(verdict).toMatchObject({ kind: "retry", after: 0, attempt: { data: { counts: false } } });
  expect(warned).toEqual([]);
});

test("a wait that an error asks for is a timer's where it is long, and never shorter than asked", async () => {
  const asked = (retryAfter: number) => fails(Object.assign(new Error("later"), { code: "BUSY", retryAfter }));
  expect(await attemptsPolicy(deliveredStep(), asked(7_000))).toMatchObject({ kind: "retry", after: 7_000 });
  expect(await attemptsPolicy(deliveredStep(), asked(31_000))).toMatchObject({
    kind: "hold",
    until: NOON + 31_000,
    why: { code: "BUSY" },
    attempt: { data: { counts: true } },
  });
});
