import { ArmadaError } from "@armada/contracts";

/** What a scope can allow: events of a type, a start of `TEAM.WORKFLOW`, answers to approvals of a team's runs, reading these. */
const ACTIONS = ["emit", "start", "approve", "read"] as const;
/** One kind of what a scope allows: `emit`, `start`, `approve` or `read`. */
export type Action = (typeof ACTIONS)[number];

/** All there is. */
export const EVERYTHING = "*";
/** As `isName` of the contracts has teams and workflows. */
const NAME = "[a-z][a-z0-9_]{0,47}";
const FORMS: Readonly<Record<Action, RegExp>> = {
  emit: /^(?:[A-Za-z0-9._/:~-]{1,200}\*?|\*)$/,
  start: new RegExp(`^(?:${NAME}\\.${NAME}|(?:${NAME}\\.)?(?:${NAME})?\\*)$`),
  approve: new RegExp(`^(?:${NAME}\\*?|\\*)$`),
  read: new RegExp(`^(?:${NAME}\\*?|\\*)$`),
};
/** What scopes look like, for whoever wrote something else. */
export const SCOPES_ARE =
  "emit:TYPE, start:TEAM.WORKFLOW, approve:TEAM or read:TEAM; a * at the end stands for anything, and * alone for all of them";

/** Whether a text can allow anything: `start:content` names no workflow. */
export function isScope(text: string): boolean {
  return (
    text === EVERYTHING || ACTIONS.some((action) => text.startsWith(`${action}:`) && FORMS[action].test(text.slice(action.length + 1)))
  );
}

/** @throws ArmadaError `USAGE` for what is no scope */
export function checkScope(text: string): string {
  if (isScope(text)) return text;
  throw new ArmadaError("USAGE", `${JSON.stringify(text)} is no scope`, { hint: SCOPES_ARE });
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
