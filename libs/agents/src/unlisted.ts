import type { AnyEventKind } from "@armada/contracts";
import type { Team } from "./define.ts";

/** What is defined and in no list: an agent that nobody would ever ask for work, an event that would reach nobody. */
export type Unlisted = { readonly what: string; readonly hint: string };

/**
 * Holds what a process has defined against the lists of its teams. `whole`: all teams of the project are there, so that an
 * external type that none of them wants is wanted by nobody.
 */
export function unlisted(
  teams: readonly Team[],
  defined: { readonly agents: readonly string[]; readonly events: readonly AnyEventKind[]; readonly whole: boolean },
): readonly Unlisted[] {
  const served = new Set(teams.flatMap(({ agents }) => agents.map(({ name }) => name)));
  const agents = [...new Set(defined.agents)].filter((name) => !served.has(name));
  const names = new Set(teams.map(({ name }) => name));
  const emitted = new Set(teams.flatMap(({ emits }) => emits.map(({ type }) => type)));
  const wanted = new Set(teams.flatMap(wants));
  const events = unique(defined.events);
  return [
    ...agents.map((name) => ({
      what: `the agent ${name} is defined, and no team lists it: its steps would wait for ever`,
      hint: "add it to agents: […] of its team, or remove it",
    })),
    ...events
      .filter(({ kind, team, type }) => kind === "event" && names.has(team) && !emitted.has(type))
      .map(({ team, type }) => ({
        what: `the event ${type} is declared, and team ${team} does not list it: others could not subscribe to it`,
        hint: `add it to emits: […] of team ${team}, or remove it`,
      })),
    ...events
      .filter(({ kind, type }) => defined.whole && kind === "external" && !wanted.has(type))
      .map(({ type }) => ({
        what: `the event ${type} is declared as coming from outside, and no team wants it: it would be accepted and reach nobody`,
        hint: "add it to awaits: […] of the team that waits for it, subscribe to it, fold it in a read model, or remove it",
      })),
  ];
}

function wants({ awaits, subscriptions, readModels }: Team): readonly string[] {
  return [...awaits, ...subscriptions.map(({ on }) => on), ...readModels.flatMap(({ folds }) => folds.map(({ on }) => on))].map(
    ({ type }) => type,
  );
}

function unique(kinds: readonly AnyEventKind[]): readonly AnyEventKind[] {
  return [...new Map(kinds.map((kind) => [kind.type, kind])).values()];
}
