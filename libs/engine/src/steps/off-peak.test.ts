import { agent, team, workflow } from "@armada/agents";
import { script, testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Note = z.object({ note: z.string() });
const DAY_MS = 86_400_000;

/** A team whose only agent works in `window`; `fails`: attempts that fail before one works. Virtual time begins at midnight UTC. */
function nightly(window: string, fails: number): Parameters<typeof testTeam>[0] {
  const clerk = agent({
    name: "clerk",
    does: "files notes",
    tier: "worker",
    input: Note,
    output: Note,
    window,
    run: ({ input, attempt }) => {
      if (attempt > fails) return input;
      throw Object.assign(new Error("not yet"), { retryAfter: 5_000 });
    },
  });
  const file = workflow({ name: "file", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(clerk, note) });
  return team({ name: "office", agents: [clerk], workflows: [file] });
}

test("a step waits for its agent's window, says so, and begins when it opens", async () => {
  await using t = testTeam(nightly("05:00-06:00 Europe/Berlin", 0), { seed: 1, models: script({}) });
  await t.start("file", { note: "a" });
  const waitingFor = [{ kind: "window", n: 1, what: "the window of clerk", until: "2026-01-01T04:00:00.000Z" }];
  expect(t.run()).toMatchObject({ status: "waiting", waitingFor, steps: [{ status: "requested", attempts: 0 }] });
  await t.advance(5 * 3_600_000);
  expect(t.run()).toMatchObject({ status: "completed", interruptions: 0, steps: [{ status: "completed", attempts: 1 }] });
  await t.expectReplays();
});

test("an attempt that comes after the window's end waits for the next one, and counts on", async () => {
  await using t = testTeam(nightly("00:00-00:00:03 UTC", 1), { seed: 1, models: script({}) });
  await t.start("file", { note: "a" });
  await t.advance(10_000);
  expect(t.run()).toMatchObject({ status: "waiting", waitingFor: [{ kind: "window", until: "2026-01-02T00:00:00.000Z" }] });
  await t.advance(DAY_MS);
  expect(t.run()).toMatchObject({ status: "completed", steps: [{ status: "completed", attempts: 2 }] });
  await t.expectReplays();
});
