import type { Team, Workflow } from "../define.ts";
import type { Failure } from "./journal-events.ts";

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
  const parsed = workflow.input.safeParse(input);
  if (parsed.success) return { kind: "admitted", input: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`).join("; ");
  return refused("INPUT_INVALID", `the input of ${asked} does not fit: ${issues}`, "correct the input and start again");
}
