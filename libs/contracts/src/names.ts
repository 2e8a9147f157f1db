import { ArmadaError } from "./errors.ts";

const NAME = /^[a-z][a-z0-9_]{0,47}$/;

/** Whether `text` may name a team, agent, workflow, entity, event, capability or read model. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** @throws ArmadaError `BAD_NAME`, saying what was named and what is allowed. */
export function checkName(text: string, what: string): string {
  if (isName(text)) return text;
  throw new ArmadaError("BAD_NAME", `${what} ${JSON.stringify(text)} is not a legal name`, {
    hint: "use a small letter, then at most 47 small letters, digits or _",
  });
}
