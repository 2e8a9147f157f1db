import type { Team, Workflow } from "@armada/agents";
import { type AnyEventKind, ArmadaError } from "@armada/contracts";

/** Why a call of which nothing could come rejects at once; undefined where it may be made. */
export type Refuses = (call: "wait for" | "emit", kind: Pick<AnyEventKind, "team" | "type">) => ArmadaError | undefined;

/** A workflow that is held to the lists of its team, where it has one. */
export type Listed = Workflow & { readonly refuses?: Refuses };

/**
 * A team's workflows, held to its lists: a call of which nothing could come rejects at once instead of waiting for ever. An
 * event that is not in `awaits` reaches no wait (`NOT_LISTED`), and another team's fact is stated by nobody else (`FOREIGN_EVENT`).
 * A run whose function ends of it is stopped, and goes on by `armada runs retry` once the team's file is mended.
 */
export function withinLists({ name, awaits, workflows }: Team): readonly Listed[] {
  const awaited = new Set(awaits.map(({ type }) => type));
  const refusesOf =
    (workflow: string): Refuses =>
    (call, kind) => {
      if (call === "wait for")
        return awaited.has(kind.type)
          ? undefined
          : new ArmadaError("NOT_LISTED", `workflow ${workflow} waits for ${kind.type}, which team ${name} does not list`, {
              hint: "add it to awaits: […] of the team, start it again, then `armada runs retry ID`",
            });
      return kind.team === name
        ? undefined
        : new ArmadaError("FOREIGN_EVENT", `workflow ${workflow} of team ${name} emits ${kind.type}, a fact of ${kind.team}`, {
            hint: "state a fact of its own, or ask that team; then `armada runs retry ID`",
          });
    };
  return workflows.map((workflow) => ({ ...workflow, refuses: refusesOf(workflow.name) }));
}
