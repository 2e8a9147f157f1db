import type { Team, Workflow } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";

/**
 * A team's workflows, held to its lists: a call of which nothing could come rejects at once instead of waiting for ever. An
 * event that is not in `awaits` reaches no wait (`NOT_LISTED`), and another team's fact is stated by nobody else (`FOREIGN_EVENT`).
 * A run whose function ends of it is stopped, and goes on by `armada runs retry` once the team's file is mended.
 */
export function withinLists({ name, awaits, workflows }: Team): readonly Workflow[] {
  const awaited = new Set(awaits.map(({ type }) => type));
  return workflows.map((workflow) => ({
    ...workflow,
    run: (input, ctx) =>
      workflow.run(input, {
        ...ctx,
        waitFor: (kind, options) =>
          awaited.has(kind.type)
            ? ctx.waitFor(kind, options)
            : rejected(
                "NOT_LISTED",
                `workflow ${workflow.name} waits for ${kind.type}, which team ${name} does not list`,
                "add it to awaits: […] of the team, start it again, then `armada runs retry ID`",
              ),
        emit: (kind, data) =>
          kind.team === name
            ? ctx.emit(kind, data)
            : rejected(
                "FOREIGN_EVENT",
                `workflow ${workflow.name} of team ${name} emits ${kind.type}, a fact of ${kind.team}`,
                "state a fact of its own, or ask that team; then `armada runs retry ID`",
              ),
      }),
  }));
}

function rejected(code: string, message: string, hint: string): Promise<never> {
  const promise = Promise.reject(new ArmadaError(code, message, { hint }));
  promise.catch(() => undefined); // a call that nobody awaits does not end the process
  return promise;
}
