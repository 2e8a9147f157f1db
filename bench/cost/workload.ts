import { readFileSync } from "node:fs";
import { seededRandom } from "@armada/event-sourcing/testing";
import { z } from "zod";

const name = z.string().regex(/^[a-z][a-z0-9_]{0,47}$/);
const why = z.string().min(20);
const tokens = z.int().positive();
const portion = z.number().min(0).max(1);
const tier = z.enum(["worker", "specialist", "orchestrator"]);

const Task = z.strictObject({
  name,
  why,
  tier,
  share: portion.positive(),
  promptTokens: tokens,
  contextTokens: tokens,
  contextOf: z.enum(["team", "burst"]),
  answerTokens: tokens,
  repeatRate: z.number().min(0).max(0.2),
  repeatHours: z.number().positive().max(24),
  toleranceSeconds: z.int().positive().max(86_400),
  burst: z.strictObject({ calls: z.int().positive(), withinSeconds: z.number().min(0).max(3600) }),
  batchable: z.boolean(),
  profile: z.string(),
});
export type Task = Readonly<z.infer<typeof Task>>;

const Profile = z
  .array(z.number().min(0))
  .length(24)
  .refine((hours) => hours.some((weight) => weight > 0), "a profile needs an hour with calls");

const dollars = z.number().positive();

/** What the terms mean stands in workload.json, under `terms` and `rule`. */
export const Workload = z
  .strictObject({
    name: z.string(),
    about: z.string(),
    sizes: z.array(z.int().positive()),
    agentsPerTeam: z.int().positive(),
    callsPerAgentPerDay: z.int().positive(),
    days: z.int().positive(),
    spread: z.number().min(0).max(0.9),
    rule: z.strictObject({
      about: z.string(),
      teams: z.string(),
      contextTokens: z.string(),
      contextGrowth: z.number().min(0),
      contextWhy: why,
      tierShare: z.string(),
      tierGrowth: z.strictObject({ specialist: portion, orchestrator: portion }),
      tierWhy: why,
      taskShare: z.string(),
    }),
    unoptimisedTier: z.strictObject({ tier, why }),
    profiles: z.record(z.string(), Profile),
    terms: z.record(z.string(), z.string()),
    tasks: z.array(Task).min(8).max(12),
    reference: z.strictObject({
      name: z.string(),
      unit: z.literal("dollars a month"),
      rows: z.array(z.strictObject({ agents: z.int(), conservative: dollars, optimized: dollars, aggressive: dollars })),
    }),
  })
  .superRefine(({ tasks, profiles }, context) => {
    const wrong = (message: string) => context.addIssue({ code: "custom", message, path: ["tasks"] });
    const sum = total(tasks);
    if (Math.abs(sum - 1) > 1e-9) wrong(`the shares sum to ${sum}, not to 1`);
    if (new Set(tasks.map((task) => task.name)).size < tasks.length) wrong("two tasks have one name");
    for (const each of tier.options) if (!tasks.some((task) => task.tier === each)) wrong(`no task is of the tier ${each}`);
    for (const task of tasks) if (!Object.hasOwn(profiles, task.profile)) wrong(`${task.name}: no profile ${task.profile}`);
  });
export type Workload = Readonly<z.infer<typeof Workload>>;

/** @throws ZodError saying what of the file does not hold. */
export function loadWorkload(file: URL = new URL("workload.json", import.meta.url)): Workload {
  return Workload.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** The tasks as so many agents have them: `share` and `contextTokens` follow the rule of the workload. */
export function tasksAt({ agentsPerTeam, rule, tasks }: Workload, agents: number): readonly Task[] {
  if (!Number.isInteger(agents / agentsPerTeam) || agents <= 0) throw new RangeError(`${agents} agents are not teams of ${agentsPerTeam}`);
  const doublings = Math.log2(agents / agentsPerTeam);
  const base = Object.fromEntries(tier.options.map((each) => [each, total(tasks.filter((task) => task.tier === each))]));
  const specialist = (base.specialist ?? 0) + rule.tierGrowth.specialist * doublings;
  const orchestrator = (base.orchestrator ?? 0) + rule.tierGrowth.orchestrator * doublings;
  const share = { worker: 1 - specialist - orchestrator, specialist, orchestrator };
  if (share.worker < 0) throw new RangeError(`the rule leaves no share to workers at ${agents} agents`);
  return tasks.map((task) => ({
    ...task,
    share: (task.share * share[task.tier]) / (base[task.tier] ?? 1),
    contextTokens: Math.round(task.contextTokens * (1 + rule.contextGrowth * doublings)),
  }));
}

/** The same workload with other tokens and shares, each within ±50 % of what it was; the shares still sum to 1. */
export function secondWorkload(workload: Workload, seed: number): Workload {
  const { next: random } = seededRandom(seed);
  const drift = () => random() - 0.5;
  const drifts = workload.tasks.map(drift);
  const mean = workload.tasks.reduce((sum, task, i) => sum + task.share * (drifts[i] ?? 0), 0);
  // Around their weighted mean the shares keep their sum; scaled down where that carries one past a half.
  const scale = Math.min(1, 0.5 / Math.max(...drifts.map((each) => Math.abs(each - mean))));
  const other = (count: number) => Math.ceil(count * (1 + drift()));
  const tasks = workload.tasks.map((task, i) => ({
    ...task,
    share: task.share * (1 + ((drifts[i] ?? 0) - mean) * scale),
    promptTokens: other(task.promptTokens),
    contextTokens: other(task.contextTokens),
    answerTokens: other(task.answerTokens),
  }));
  return Workload.parse({ ...workload, name: `${workload.name}, varied`, tasks });
}

const total = (tasks: readonly { readonly share: number }[]) => tasks.reduce((sum, task) => sum + task.share, 0);
