import { agent, type Team, team, workflow } from "@armada/agents";
import { defaultTiers } from "@armada/models/default-tiers";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { type TeamSession, teamSession } from "../testing/team-session.ts";
import { dryRun } from "./dry-run.ts";
import { parkedOf } from "./list.ts";

const Text = z.object({ text: z.string() });
const Summary = z.object({ text: z.string() });

/** Asks its model, and then fails until it is mended; `about`: what it asks about. */
function desk(mended: boolean, about = ""): Team {
  const reader = agent({
    name: "reader",
    does: "reads",
    tier: "worker",
    limits: { attempts: 1, breaker: false },
    cache: { ttl: "1h" },
    input: Text,
    output: Summary,
    run: async ({ input, model }) => {
      const material = [{ name: "a.md", text: `${input.text}${about}` }];
      const found = await model.ask({ task: "summarize", material, params: { sentences: 1 }, schema: Summary });
      if (!mended) throw new Error("there is no paper");
      return found;
    },
  });
  const reads = workflow({ name: "reads", version: 1, input: Text, output: Summary, run: (input, ctx) => ctx.ask(reader, input) });
  return team({ name: "desk", agents: [reader], workflows: [reads] });
}

let session: TeamSession | undefined;
afterAll(() => session?.stop());

test("what a parked step's model said is on record: a dry run takes it from the cache, and asks nobody for what is not there", async () => {
  const seen = await teamSession(desk(false));
  session = seen;
  const text = "Tides rise and fall twice a day in the bay. The tides of the bay reach four metres in spring.";
  await seen.ask("desk", "run_start", "r1", { workflow: "reads", input: { text } });
  await expect.poll(async () => (await parkedOf(seen, ["desk"])).steps.length).toBe(1);
  const [step] = (await parkedOf(seen, ["desk"])).steps;
  if (step === undefined) throw new Error("nothing is parked");
  const head = await seen.log("desk").head();
  const how = { tiers: defaultTiers, local: undefined, reads: false };
  const dry = (now: Team) => dryRun(seen, now, step, how, new AbortController().signal);
  expect(await dry(desk(true))).toMatchObject({
    outcome: { kind: "completed", output: { text: expect.stringContaining("ides") } },
    calls: [{ kind: "model", task: "summarize", how: "recorded", at: expect.stringMatching(/^\d{4}-/) }],
    next: [{ does: "end", what: "completed" }],
  });
  expect(await dry(desk(true, " Ebb comes later."))).toMatchObject({
    outcome: { kind: "held" },
    calls: [{ task: "summarize", how: "held" }],
  });
  expect(await seen.log("desk").head()).toBe(head);
});
