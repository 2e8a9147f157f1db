import { agent } from "@armada/agents";
import type { Isolation } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import type { StepState } from "../../journal/state.ts";
import { deliveredStep, NOON, never } from "../../testing/delivered-step.ts";
import { Abandoned } from "../attempt-failure.ts";
import { isolationPolicy, stillIsolatedPolicy } from "./isolation.ts";
import type { StepIsolation, Verdict } from "./policy.ts";

const isolation: Isolation = {
  prefix: "office.clerk",
  status: "isolated",
  since: new Date(NOON).toISOString(),
  until: new Date(NOON + 600_000).toISOString(),
  why: "odd notes",
  by: "ada",
  revision: 1,
};
const message = "office.clerk is isolated until 2026-01-01T12:10:00.000Z by ada: odd notes";
const clerk = agent({
  name: "clerk",
  does: "files",
  tier: "worker",
  input: z.unknown(),
  output: z.unknown(),
  run: () => "filed",
  fallback: () => "put aside",
});
const holds: StepIsolation = { admit: async () => isolation, now: () => isolation };
const free: StepIsolation = { admit: async () => undefined, now: () => undefined };
const made = { kind: "retry", after: 0 } as const;
const attempt = async (): Promise<Verdict> => made;

test.each([
  ["before anything", isolationPolicy],
  ["after a wait for its turn", stillIsolatedPolicy],
])("what is isolated waits without an attempt, and says so once; %s", async (_, policy) => {
  expect(await policy(deliveredStep({ isolation: holds }), never)).toMatchObject({
    kind: "retry",
    after: 1_000,
    attempt: { data: { code: "ISOLATED", message, counts: false, waits: true } },
  });
  const waits = { code: "ISOLATED", message, since: isolation.since };
  expect(await policy(deliveredStep({ isolation: holds, step: { waits } }), never)).toEqual({ kind: "retry", after: 1_000 });
  const before = { ...waits, message: "office.clerk is isolated until 11:00" };
  expect(await policy(deliveredStep({ isolation: holds, step: { waits: before } }), never)).toMatchObject({
    attempt: { data: { message } },
  });
  expect(await policy(deliveredStep({ isolation: free }), attempt)).toBe(made);
  expect(await policy(deliveredStep(), attempt)).toBe(made);
});

test("a fallback answers at once, labelled", async () => {
  expect(await isolationPolicy(deliveredStep({ agent: clerk, isolation: holds }), never)).toMatchObject({
    kind: "fallback",
    failure: { code: "ISOLATED", message },
    otherwise: 30_000,
    attempt: { data: { counts: false } },
  });
});

test("what a provider's batch has, began before", async () => {
  const batched = new Map([["1", {}]]) as unknown as StepState["batched"];
  for (const policy of [isolationPolicy, stillIsolatedPolicy])
    expect(await policy(deliveredStep({ isolation: holds, step: { batched } }), attempt)).toBe(made);
});

test("a replica that stops while a step waits for its turn gives it back; a run that ended wants nothing more", async () => {
  const aborted = (code: "DRAINED" | "RUN_ENDED"): StepIsolation => ({
    admit: () => Promise.reject(new Abandoned(code, "over")),
    now: () => undefined,
  });
  expect(await isolationPolicy(deliveredStep({ isolation: aborted("DRAINED") }), never)).toMatchObject({
    kind: "failed",
    failure: { code: "DRAINED" },
  });
  expect(await isolationPolicy(deliveredStep({ isolation: aborted("RUN_ENDED") }), never)).toEqual({ kind: "retry", after: 0 });
  const broken: StepIsolation = { admit: () => Promise.reject(new Error("odd")), now: () => undefined };
  await expect(isolationPolicy(deliveredStep({ isolation: broken }), never)).rejects.toThrow("odd");
});
