import { ArmadaError } from "./errors.ts";

const NAME = /^[a-z][a-z0-9_]{0,47}$/;

/** Whether `text` may name a team, agent, workflow, entity, event, capability or read model. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** @throws ArmadaError `BAD_NAME`, saying what was named and what is allowed. */
export function checkName(text: string, what: string): string {
  if (!isName(text))
    throw new ArmadaError("BAD_NAME", `${what} ${JSON.stringify(text)} is not a legal name`, {
      hint: "use a small letter, then at most 47 small letters, digits or _",
    });
  // The only legal name that every JavaScript object has already: a table by names would hold it before anybody put it there.
  if (text === "constructor") throw taken(what, text, "JavaScript itself uses that name");
  return text;
}

/** The identity that changes streams and says what the fleet is; it is no team. */
export const ADMINISTRATION = "provisioner";

/** Whose identities, messages and processes go by these names: what the teams share, roles, the server, the product itself. */
const TEAMS: ReadonlySet<string> = new Set(["fleet", "operator", ADMINISTRATION, "archiver", "armada", "nats"]);
/** Entities of which the mesh itself keeps facts in each team's stream. */
const ENTITIES: ReadonlySet<string> = new Set(["call_breaker", "fleet_cascade", "ledger", "read_model", "run_schedule"]);
/** Single facts that the mesh itself states: of a message that was set aside, and what became of it, and of types that nobody declared. */
const FACTS: ReadonlySet<string> = new Set(["message.parked", "message.settled", "message.tried", "undeclared.event"]);
/** Asks that the mesh itself answers, beside those that control runs. */
const CONTROLS: ReadonlySet<string> = new Set(["breaker_set", "health_check", "ledger_clear", "message_settle"]);
const RUN_CONTROL = "run_";

/** @throws ArmadaError `BAD_NAME`, also for a name that the mesh itself goes by */
export function checkTeamName(text: string): string {
  checkName(text, "team");
  if (TEAMS.has(text)) throw taken("team", text);
  return text;
}

/** Entity and event of a fact. @throws ArmadaError `BAD_NAME`, also for facts that the mesh itself states */
export function checkFactName(entity: string, event: string): void {
  checkName(entity, "entity");
  checkName(event, "event");
  if (ENTITIES.has(entity)) throw taken("entity", entity);
  if (FACTS.has(`${entity}.${event}`)) throw taken("event", `${entity}.${event}`);
}

/** @throws ArmadaError `BAD_NAME`, also for what the mesh itself is asked for */
export function checkCapabilityName(text: string): string {
  checkName(text, "capability");
  if (CONTROLS.has(text)) throw taken("capability", text);
  if (text.startsWith(RUN_CONTROL)) throw taken("capability", text, `the mesh itself answers asks whose names begin with ${RUN_CONTROL}`);
  return text;
}

function taken(what: string, name: string, why = "the mesh itself uses that name"): ArmadaError {
  return new ArmadaError("BAD_NAME", `no ${what} can be called ${name}: ${why}`, { hint: "choose another" });
}
