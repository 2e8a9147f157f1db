import type { Team } from "@armada/agents";
import { runFilter } from "@armada/contracts";
import { readModelsAt } from "@armada/engine";
import type { ShadowAnswers } from "@armada/engine/shadow/shadow-calls";
import { type ShadowedStep, shadowStep } from "@armada/engine/shadow/shadow-step";
import { loadWhole, orAborted } from "@armada/event-sourcing";
import { type Models, routeOf, storedAnswer, type Tier } from "@armada/models";
import { systemClock, systemRandom, systemScheduler } from "@armada/runtime/ports";
import type { Session } from "../mesh/session.ts";
import type { ParkedStep } from "./list.ts";

/** `tiers`: the model of each, as configured. `local`: asked where nothing is on record; absent where the team asks a provider. `reads`: tools that only read are run. */
export type DryRun = { readonly tiers: Readonly<Record<Tier, string>>; readonly local: Models | undefined; readonly reads: boolean };

/** What the code that `team` is now would do with a parked step. Nothing is appended, no provider is asked. @throws ArmadaError `AGENT_UNKNOWN`, `LOG_UNAVAILABLE` */
export async function dryRun(
  session: Pick<Session, "log" | "objects" | "answers">,
  team: Team,
  { run, n }: Pick<ParkedStep, "run" | "n">,
  about: DryRun,
  signal: AbortSignal,
): Promise<ShadowedStep> {
  const { name } = team;
  const { objects } = session;
  const { messages } = await loadWhole(session.log(name), [runFilter(name, run)]);
  const shadow = {
    clock: systemClock,
    random: systemRandom,
    scheduler: systemScheduler,
    objects,
    answers: answersFrom(session, name, about, signal),
    reads: about.reads,
    context: async (wanted: readonly string[]) => {
      const { views } = await readModelsAt(team, session.log(name), objects, {});
      return Object.fromEntries(views.filter((view) => wanted.includes(view.name)).map((view) => [view.name, view.state]));
    },
  };
  return orAborted(shadowStep(team, { id: run, n, journal: messages }, shadow), signal);
}

/** What the team's cache has of an equal request, also where that is old; else the local model's. */
function answersFrom(
  { answers, objects }: Pick<Session, "objects" | "answers">,
  team: string,
  { tiers, local }: DryRun,
  signal: AbortSignal,
): ShadowAnswers {
  return async (request, { cache }) => {
    const named = routeOf(tiers[request.tier], { anthropic: true, openai: true }).model;
    const stored =
      cache === undefined ? undefined : await storedAnswer(request, cache, { ...answers(team), objects, models: [named, "local"] });
    if (stored !== undefined) return { how: "recorded", answer: stored };
    return local === undefined ? undefined : { how: "local", answer: await local.call(request, signal) };
  };
}
