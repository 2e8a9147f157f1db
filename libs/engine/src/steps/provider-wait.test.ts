import { agent, team, workflow } from "@armada/agents";
import { script, testTeam } from "@armada/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { initialRun } from "../journal/state.ts";
import { evolveRun } from "../journal/table.ts";
import { viewOf } from "../view/run.ts";

const Note = z.object({ note: z.string() });
const HOUR_MS = 3_600_000;

/** A team whose only agent fails with what `fails` throws. */
function office(
  fails: (attempt: number) => unknown,
  how: { fallback?: (input: { note: string }) => { note: string } } = {},
): Parameters<typeof testTeam>[0] {
  const clerk = agent({
    name: "clerk",
    does: "files notes",
    tier: "worker",
    input: Note,
    output: Note,
    limits: { attempts: 3, timeout: "20s" },
    run: ({ input, attempt }) => {
      const error = fails(attempt);
      if (error !== undefined) throw error;
      return input;
    },
    ...how,
  });
  const file = workflow({ name: "file", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(clerk, note) });
  return team({ name: "office", agents: [clerk], workflows: [file] });
}

const limited = (sent: boolean, retryAfter = HOUR_MS): Error =>
  Object.assign(new Error("m: 429: slow down"), { code: "MODEL_RATE_LIMITED", retryAfter, sent });
const down = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "MODEL_UNREACHABLE", sent: false, retryAfter: 5_000 });

describe("a provider that wants no request for an hour", () => {
  test.each([true, false])("holds the step until then, and says so (refused: %s)", async (sent) => {
    let calls = 0;
    await using t = testTeam(
      office(() => (calls++ === 0 ? limited(sent) : undefined)),
      { seed: 1, models: script({}) },
    );
    await t.start("file", { note: "a" });
    const waitingFor = [
      { kind: "provider", n: 1, what: "of clerk: m: 429: slow down (MODEL_RATE_LIMITED)", until: "2026-01-01T01:00:00.000Z" },
    ];
    expect(t.run()).toMatchObject({
      status: "waiting",
      waitingFor,
      interruptions: 0,
      steps: [{ status: "requested", attempts: sent ? 1 : 0 }],
    });
    await t.advance(HOUR_MS + 1_000);
    expect(t.run()).toMatchObject({ status: "completed", steps: [{ status: "completed", attempts: sent ? 2 : 1 }] });
    expect(calls).toBe(2);
    await t.expectReplays();
  });

  test("is asked as often as there are attempts, and no oftener", async () => {
    let calls = 0;
    await using t = testTeam(
      office(() => {
        calls++;
        return limited(true);
      }),
      { seed: 1, models: script({}) },
    );
    await t.start("file", { note: "a" });
    await t.advance(5 * HOUR_MS);
    expect(t.run()).toMatchObject({ status: "parked", reason: { code: "MODEL_RATE_LIMITED" } });
    expect(calls).toBe(3);
  });
});

describe("a provider that cannot be reached", () => {
  test("is waited for beyond any number of attempts, which none of it is, and without growth of the journal", async () => {
    let tries = 0;
    await using t = testTeam(
      office(() => (++tries < 170 ? down() : undefined)),
      { seed: 1, models: script({}) },
    );
    await t.start("file", { note: "a" });
    const { status, startedAt, endedAt = "", interruptions, steps } = t.run();
    expect({ status, interruptions, attempts: steps[0]?.attempts }).toEqual({ status: "completed", interruptions: 0, attempts: 2 });
    expect(Date.parse(endedAt) - Date.parse(startedAt)).toBeGreaterThanOrEqual(169 * 5_000);
    await t.expectReplays();
  });

  test("is waited for with a word", async () => {
    const state = initialRun();
    const at = "2026-01-01T00:00:00.000Z";
    evolveRun(state, { type: "step.requested", data: { n: 1, agent: "clerk", variant: "a", input: {} } }, at);
    const failed = { n: 1, attempt: 1, delivery: 1, code: "MODEL_UNREACHABLE", message: "connect ECONNREFUSED", retryAt: at };
    evolveRun(state, { type: "step.attempt_failed", data: { ...failed, counts: false, waits: true } }, at);
    expect(viewOf("office", "r", state)).toMatchObject({
      status: "waiting",
      waitingFor: [{ kind: "provider", n: 1, what: "of clerk: connect ECONNREFUSED (MODEL_UNREACHABLE)" }],
    });
    evolveRun(state, { type: "step.attempt_failed", data: { ...failed, counts: true } }, at);
    expect(viewOf("office", "r", state)).toMatchObject({ status: "running", steps: [{ attempts: 2, waited: 1 }] });
  });

  test("is waited for since its first refusal, also where each call is drawn before it is refused", () => {
    const state = initialRun();
    const at = (minute: number): string => `2026-01-01T00:0${minute}:00.000Z`;
    evolveRun(state, { type: "step.requested", data: { n: 1, agent: "clerk", variant: "a", input: {} } }, at(0));
    const failed = { n: 1, delivery: 1, code: "MODEL_UNREACHABLE", message: "connect ECONNREFUSED", counts: false, waits: true } as const;
    const drawn = {
      n: 1,
      tier: "worker",
      model: "m",
      ceiling: { micros: 1, tokens: 1 },
      account: "a",
      agent: "clerk",
      block: "b",
    } as const;
    for (const attempt of [1, 2]) {
      evolveRun(state, { type: "step.drawn", data: { ...drawn, attempt, call: `c${attempt}` } }, at(attempt));
      expect(state.steps.get(1)?.waits).toBeUndefined(); // it is asked now
      evolveRun(state, { type: "step.attempt_failed", data: { ...failed, attempt, retryAt: at(attempt + 1) } }, at(attempt));
    }
    expect(state.steps.get(1)?.waits?.since).toBe(at(1));
    evolveRun(
      state,
      { type: "step.attempt_failed", data: { ...failed, attempt: 3, counts: true, waits: undefined, retryAt: at(4) } },
      at(3),
    );
    evolveRun(state, { type: "step.attempt_failed", data: { ...failed, attempt: 4, retryAt: at(5) } }, at(4));
    expect(state.steps.get(1)?.waits?.since).toBe(at(4));
    expect(state.steps.get(1)).toMatchObject({ attempts: 4, waited: 3 });
  });

  test("gives way to a fallback after a quarter of an hour", async () => {
    await using t = testTeam(office(down, { fallback: () => ({ note: "b" }) }), { seed: 1, models: script({}) });
    await t.start("file", { note: "a" });
    const { status, startedAt, endedAt = "", steps } = t.run();
    expect({ status, code: steps[0]?.degraded?.code }).toEqual({ status: "degraded", code: "MODEL_UNREACHABLE" });
    expect(Date.parse(endedAt) - Date.parse(startedAt)).toBeGreaterThanOrEqual(15 * 60_000);
    expect(Date.parse(endedAt) - Date.parse(startedAt)).toBeLessThan(16 * 60_000);
  });
});
