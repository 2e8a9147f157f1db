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

/** Whose identities and messages go by these names: what the teams share, roles, the product itself. */
const TAKEN: ReadonlySet<string> = new Set(["fleet", "operator", "provisioner", "archiver", "armada"]);

/** @throws ArmadaError `BAD_NAME`, also for a name that the mesh itself goes by */
export function checkTeamName(text: string): string {
  checkName(text, "team");
  if (TAKEN.has(text))
    throw new ArmadaError("BAD_NAME", `no team can be called ${text}: the mesh itself uses that name`, { hint: "choose another" });
  return text;
}
