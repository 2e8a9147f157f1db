import type { Team, Workflow } from "@armada/agents";
import { type AnyEventKind, ArmadaError, type Capability } from "@armada/contracts";

/** A call that a team's lists may refuse, and what it is about. */
export type Wanted =
  | { readonly call: "wait for"; readonly about: Pick<AnyEventKind, "team" | "type"> }
  | { readonly call: "emit"; readonly about: Pick<AnyEventKind, "team" | "type"> }
  | { readonly call: "ask"; readonly about: Pick<Capability, "name" | "team"> };

/** Why a call of which nothing could come rejects at once; undefined where it may be made. */
export type Refuses = (wanted: Wanted) => ArmadaError | undefined;

/** A workflow that is held to the lists of its team, where it has one. */
export type Listed = Workflow & { readonly refuses?: Refuses };

/**
 * A team's workflows, held to its lists: a call of which nothing could come rejects at once instead of waiting for ever. An
 * event that is not in `awaits` reaches no wait, whom a team asks stands in its `asks` (`NOT_LISTED`), and another team's fact is
 * stated by nobody else (`FOREIGN_EVENT`).
 * A run whose function ends of it is stopped, and goes on by `armada runs retry` once the team's file is mended.
 */
export function withinLists({ name, asks, awaits, workflows }: Team): readonly Listed[] {
  const awaited = new Set(awaits.map(({ type }) => type));
  const asked = new Set(asks.map((capability) => capability.name));
  const missing = (workflow: string, does: string, list: "asks" | "awaits"): ArmadaError =>
    new ArmadaError("NOT_LISTED", `workflow ${workflow} ${does}, which team ${name} does not list`, {
      hint: `add it to ${list}: […] of the team, start it again, then \`armada runs retry ID\``,
    });
  const refusesOf =
    (workflow: string): Refuses =>
    ({ call, about }) => {
      if (call === "wait for") return awaited.has(about.type) ? undefined : missing(workflow, `waits for ${about.type}`, "awaits");
      if (call === "emit")
        return about.team === name
          ? undefined
          : new ArmadaError("FOREIGN_EVENT", `workflow ${workflow} of team ${name} emits ${about.type}, a fact of ${about.team}`, {
              hint: "state a fact of its own, or ask that team; then `armada runs retry ID`",
            });
      return asked.has(about.name) || about.team === name ? undefined : missing(workflow, `asks for ${about.name}`, "asks");
    };
  return workflows.map((workflow) => ({ ...workflow, refuses: refusesOf(workflow.name) }));
}
