import { appendFileSync } from "node:fs";
import { agent, team, workflow } from "armada-mesh";
import { z } from "zod";

/** Steps that compute without a pause, and steps that wait. */
const Time = z.object({ ms: z.number(), agent: z.string().optional() });
const note = (what: "spin" | "pause"): void =>
  appendFileSync(process.env.ARMADA_NATS_EXECUTIONS ?? "", `${what} ${process.pid} ${new Date().toISOString()}\n`);
const spin = (ms: number): { ms: number } => {
  const end = Date.now() + ms;
  while (Date.now() < end) {}
  return { ms };
};
type Time = z.infer<typeof Time>;
const how = { does: "takes its time", tier: "worker", input: Time, output: Time } as const;

const spinner = agent({
  ...how,
  name: "spinner",
  limits: { timeout: "5m" },
  run: ({ input }) => {
    note("spin");
    return spin(input.ms);
  },
});
const endless = agent({
  ...how,
  name: "endless",
  limits: { timeout: "3s", attempts: 2 },
  run: ({ input }) => spin(input.ms),
  fallback: (input) => input,
});
const pauser = agent({
  ...how,
  name: "pauser",
  limits: { timeout: "5m" },
  run: async ({ input }) => {
    note("pause");
    await new Promise((resolve) => setTimeout(resolve, input.ms));
    return input;
  },
});

const asks = (name: string, choose: (input: Time) => typeof spinner) =>
  workflow({ name, version: 1, input: Time, output: Time, run: (input, ctx) => ctx.ask(choose(input), input) });

const ponders = workflow({ name: "ponder", version: 1, input: Time, output: Time, run: async (input) => spin(input.ms) });

export default team({
  name: "holders",
  agents: [spinner, endless, pauser],
  workflows: [asks("spin", ({ agent: name }) => (name === "endless" ? endless : spinner)), asks("pause", () => pauser), ponders],
});
