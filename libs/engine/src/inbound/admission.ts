import type { Team, Workflow } from "@armada/agents";
import type { Failure } from "../journal/events.ts";
import { cut, failureOf } from "../journal/failure.ts";
import { fitting } from "../journal/fitting.ts";
import { journalForm } from "../journal/form.ts";

/** A start's input as its workflow takes it, or why there can be no such run. */
export type Admission = { readonly kind: "admitted"; readonly input: unknown } | { readonly kind: "refused"; readonly failure: Failure };

/** The newest version that a team serves. */
export function newest(workflows: readonly Workflow[], name: string): Workflow | undefined {
  return workflows.filter((served) => served.name === name).sort((a, b) => b.version - a.version)[0];
}

/** Judges a start of `workflow`, asked for by the name `asked`: for whoever asks before it asks, and for the engine, whose run then fails with the same words. */
export function admit(team: Pick<Team, "name" | "workflows">, asked: string, input: unknown, workflow: Workflow | undefined): Admission {
  const refused = (code: string, message: string, hint: string): Admission => ({ kind: "refused", failure: { code, message, hint } });
  if (workflow === undefined) {
    const known = [...new Set(team.workflows.map(({ name }) => name))].join(", ");
    return refused("WORKFLOW_UNKNOWN", `team ${team.name} has no workflow ${asked}`, `it has ${known || "none"}`);
  }
  const parsed = fitting(workflow.input, input);
  if (!parsed.success)
    return refused("INPUT_INVALID", cut(`the input of ${asked} does not fit: ${parsed.message}`), "correct the input and start again");
  try {
    return { kind: "admitted", input: journalForm(parsed.data, `the input of ${asked}`) };
  } catch (error) {
    return { kind: "refused", failure: failureOf(error) };
  }
}
