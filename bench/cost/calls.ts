import { seededRandom } from "@armada/event-sourcing/testing";
import { costMicros, type Price } from "@armada/models";
import { type Task, tasksAt, type Workload } from "./workload.ts";

export type Call = {
  /** Milliseconds since the month began. */
  readonly at: number;
  readonly agent: number;
  readonly team: number;
  readonly task: Task;
  /** Calls with one key ask the same, byte for byte, and have one context and the same tokens. */
  readonly prompt: string;
  /** Calls with one key have the same stable part. */
  readonly context: string;
  readonly promptTokens: number;
  readonly contextTokens: number;
  readonly answerTokens: number;
};

type Planned = Pick<Call, "at" | "agent" | "team" | "task" | "context" | "contextTokens">;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The calls of so many agents in order of time, the same for the same numbers; every agent makes its calls each day. */
export function* calls(workload: Workload, of: { agents: number; days: number; seed: number }): Generator<Call> {
  const { next: random } = seededRandom(of.seed);
  const tasks = tasksAt(workload, of.agents);
  const around = (mean: number) => Math.max(1, Math.round(mean * (1 + (2 * random() - 1) * workload.spread)));
  const asked = new Map<string, Call[]>();
  let prompts = 0;
  for (let day = 0; day < of.days; day++) {
    for (const planned of planDay(workload, tasks, of.agents, day, random, around)) {
      const { task, team, at } = planned;
      const lately = (asked.get(`${task.name}-${team}`) ?? []).filter((call) => at - call.at < task.repeatHours * HOUR);
      const again = random() < task.repeatRate ? lately[Math.floor(random() * lately.length)] : undefined;
      const call: Call =
        again === undefined
          ? {
              ...planned,
              prompt: `${task.name}-${++prompts}`,
              promptTokens: around(task.promptTokens),
              answerTokens: around(task.answerTokens),
            }
          : { ...again, at, agent: planned.agent };
      asked.set(`${task.name}-${team}`, [...lately, call]);
      yield call;
    }
  }
}

/** Bursts in seeded order are dealt out to the agents; where one goes over a team's border, each team has a burst of its own. */
function planDay(
  workload: Workload,
  tasks: readonly Task[],
  agents: number,
  day: number,
  random: () => number,
  around: (mean: number) => number,
): Planned[] {
  const count = agents * workload.callsPerAgentPerDay;
  const planned: Planned[] = [];
  for (const [n, burst] of shuffled(bursts(tasks, count), random).entries()) {
    const { task } = burst;
    const start = day * DAY + hourOf(workload.profiles[task.profile] ?? [], random) * HOUR;
    const gap = (task.burst.withinSeconds * 1000) / task.burst.calls;
    const size = task.contextOf === "burst" ? around(task.contextTokens) : task.contextTokens;
    for (let i = 0; i < burst.calls; i++) {
      const agent = Math.floor(planned.length / workload.callsPerAgentPerDay);
      const team = Math.floor(agent / workload.agentsPerTeam);
      const at = Math.min(Math.floor(start + (i + random()) * gap), (day + 1) * DAY - 1);
      const context = task.contextOf === "burst" ? `${task.name}-${team}-${day}-${n}` : `${task.name}-${team}`;
      planned.push({ at, agent, team, task, context, contextTokens: size });
    }
  }
  return planned.sort((a, b) => a.at - b.at);
}

/** Rounded at the borders between the tasks, so that the calls are exactly `count`. */
function bursts(tasks: readonly Task[], count: number): { task: Task; calls: number }[] {
  let share = 0;
  return tasks.flatMap((task) => {
    const from = Math.round(share * count);
    share += task.share;
    const rest = Math.round(share * count) - from;
    const most = task.burst.calls;
    return Array.from({ length: Math.ceil(rest / most) }, (_, i) => ({ task, calls: Math.min(most, rest - i * most) }));
  });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** A point of the day in hours, by the weights of the hours. */
function hourOf(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const hour = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return Math.max(0, hour) + random();
}

/** Integer micro-dollars with all measures off: every call asked, in full, at the price of one model. */
export function listCost(all: Iterable<Call>, price: Price): number {
  let micros = 0;
  for (const call of all) {
    micros += costMicros(price, { inputTokens: call.promptTokens + call.contextTokens, outputTokens: call.answerTokens });
  }
  return micros;
}
