import { z } from "zod";
import type { Stored, StoredEvent } from "./streams.ts";

/** A step as the raw messages of its run's journal tell it. */
export type Step = {
  readonly n: number;
  readonly agent: string;
  requests: number;
  outcomes: number;
  /** Attempts whose replica went away, and attempts that failed. */
  lost: number;
  failed: number;
  /** How many of both count against its attempts. */
  charged: number;
  /** Whether its outcome names a model that was asked. */
  model: boolean;
};
export type Journal = {
  readonly run: string;
  readonly ordinals: number[];
  readonly steps: Map<number, Step>;
  readonly events: StoredEvent[];
  readonly ends: string[];
};

const Step_ = z.looseObject({ n: z.number(), agent: z.string().optional(), model: z.string().optional(), counts: z.boolean().optional() });
const End = z.looseObject({ status: z.string() });

/** The journals of a team's runs, in the order of their first messages. */
export function journalsOf(team: string, stored: readonly Stored[]): Map<string, Journal> {
  const runs = new Map<string, Journal>();
  for (const { subject, events } of stored) {
    const [root, owner, , , run = "", n, branch] = subject.split(".");
    if (root !== "run" || owner !== team || branch !== undefined) continue;
    const journal = runs.get(run) ?? { run, ordinals: [], steps: new Map<number, Step>(), events: [], ends: [] };
    runs.set(run, journal);
    journal.ordinals.push(Number(n));
    for (const event of events) read(journal, event);
  }
  return runs;
}

function read(journal: Journal, event: StoredEvent): void {
  journal.events.push(event);
  if (event.type === "armada.run.ended") journal.ends.push(End.parse(event.data).status);
  if (!event.type.startsWith("armada.step.")) return;
  const data = Step_.parse(event.data);
  const { n, agent } = data;
  const step = journal.steps.get(n) ?? { n, agent: agent ?? "", requests: 0, outcomes: 0, lost: 0, failed: 0, charged: 0, model: false };
  journal.steps.set(n, step);
  switch (event.type.slice("armada.step.".length)) {
    case "requested":
      step.requests++;
      return;
    case "completed":
    case "refused":
      step.outcomes++;
      step.model = data.model !== undefined;
      return;
    case "worker_lost":
      step.lost++;
      if (data.counts !== false) step.charged++;
      return;
    case "attempt_failed":
      step.failed++;
      if (data.counts !== false) step.charged++;
      return;
    default:
  }
}

/** What no journal may show, whatever was killed: gaps, steps without one outcome, runs without one end. */
export function faultsOf(journals: Iterable<Journal>): string[] {
  return [...journals].flatMap(({ run, ordinals, steps, ends }) => [
    ...(ordinals.every((n, at) => n === at + 1) ? [] : [`${run}: its ordinals are ${ordinals.join(" ")}`]),
    ...(ends.length === 1 ? [] : [`${run}: ${ends.length} ends`]),
    ...[...steps.values()].flatMap((step) =>
      step.requests === 1 && step.outcomes === 1
        ? []
        : [`${run}: step ${step.n} (${step.agent}) has ${step.requests} requests and ${step.outcomes} outcomes`],
    ),
  ]);
}

export function stepsOf(journals: Iterable<Journal>): { readonly run: string; readonly step: Step }[] {
  return [...journals].flatMap(({ run, steps }) => [...steps.values()].map((step) => ({ run, step })));
}
