import { ArmadaError } from "@armada/contracts";

/** What a scope can allow: events of a type, a start of `TEAM.WORKFLOW`, answers to approvals of a team's runs, reading these. */
const ACTIONS = ["emit", "start", "approve", "read"] as const;
/** One kind of what a scope allows: `emit`, `start`, `approve` or `read`. */
export type Action = (typeof ACTIONS)[number];

/** All there is. */
export const EVERYTHING = "*";
const SCOPE = new RegExp(`^(?:\\*|(?:${ACTIONS.join("|")}):[A-Za-z0-9._/:~-]{0,200}\\*?)$`);

/** @throws ArmadaError `USAGE` for what is no scope */
export function checkScope(text: string): string {
  if (SCOPE.test(text) && !text.endsWith(":")) return text;
  throw new ArmadaError("USAGE", `${JSON.stringify(text)} is no scope`, {
    hint: "emit:TYPE, start:TEAM.WORKFLOW, approve:TEAM or read:TEAM; a * at the end stands for anything, and * alone for all of them",
  });
}

/** Whether one of the scopes allows this; without a target, whether there is anything of the kind that they allow. */
export function allows(scopes: readonly string[], action: Action, target?: string): boolean {
  return scopes.some((scope) => {
    if (scope === EVERYTHING) return true;
    const [kind, ...rest] = scope.split(":");
    if (kind !== action) return false;
    const pattern = rest.join(":");
    if (target === undefined) return true;
    return pattern.endsWith("*") ? target.startsWith(pattern.slice(0, -1)) : target === pattern;
  });
}
