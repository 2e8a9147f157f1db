import { agent, team, workflow } from "@armada/agents";
import { paid } from "@armada/engine/testing";
import { VirtualClock } from "@armada/event-sourcing/testing";
import { script, testTeam } from "@armada/testing";
import { z } from "zod";
import { count, type Figure, holds } from "../harness/proof.ts";

const Said = z.object({ said: z.string() });
const ask = agent({
  name: "ask",
  does: "asks",
  tier: "worker",
  input: z.object({}),
  output: Said,
  run: ({ model }) => model.ask({ task: "ask", material: [], schema: Said }),
});
const asks = workflow({
  name: "asks",
  version: 1,
  input: z.object({ times: z.number() }),
  output: z.object({ done: z.number() }),
  async run({ times }, ctx) {
    for (let i = 0; i < times; i++) await ctx.ask(ask, {});
    return { done: times };
  },
});
const LIMITED = 3;
const CALLS = 5;

/** Days on which the clocks change: what waits for midnight goes on at the zone's, on a virtual clock. */
export async function midnights(): Promise<Figure[]> {
  const days = [
    { zone: "Europe/Berlin", from: "2026-03-29T09:00:00Z", midnight: "2026-03-29T22:00:00Z", hours: 23 },
    { zone: "Europe/Berlin", from: "2026-10-25T09:00:00Z", midnight: "2026-10-25T23:00:00Z", hours: 25 },
    { zone: "America/New_York", from: "2026-11-01T12:00:00Z", midnight: "2026-11-02T05:00:00Z", hours: 25 },
  ];
  const figures: Figure[] = [];
  for (const { zone, from, midnight, hours } of days) {
    const clock = new VirtualClock(Date.parse(from));
    const models = paid(script({ ask: { said: "yes" } }), { micros: 1_000, tokens: 10 }, clock);
    const budget = { limits: "$0.003/day", zone, downgradeAt: 1 };
    await using t = testTeam(team({ name: "asking", agents: [ask], workflows: [asks] }), { seed: 1, models, clock, budget });
    await t.start("asks", { times: CALLS }, "r1");
    const before = models.calls.filter(({ at }) => at < Date.parse(midnight)).length;
    const late = (models.calls[LIMITED]?.at ?? 0) - Date.parse(midnight);
    figures.push(
      count(`calls before midnight of a day of ${hours} hours in ${zone}`, before, LIMITED),
      holds(
        `the next comes within a minute after it (${hours} hours, ${zone})`,
        late >= 0 && late < 61_000 && t.run("r1").status === "completed",
        `${late} ms after`,
      ),
    );
  }
  return figures;
}
