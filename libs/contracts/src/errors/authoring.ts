import type { About } from "./about.ts";

/** What is wrong with a team as it is written; said as it is loaded. */
export const authoring = {
  BAD_BATCH: { is: "an agent's `batch` is out of range", next: "2 to 100 questions in one request, gathered for up to 1h" },
  BAD_CACHE: { is: "an agent's `cache.ttl` is out of range", next: "cached answers serve for 1h to 24h" },
  BAD_CAPABILITY: { is: "a capability's name has not the two parts `team.capability`", next: "write both parts" },
  BAD_CONTRACT: { is: "the contract of a team cannot be loaded, or what it says of itself cannot be read", next: "mend its contract.ts" },
  BAD_DURATION: { is: "a text is no length of time, or one that nobody waits for", next: "write 250ms, 30s, 5m, 4h or 7d" },
  BAD_EVENT_TYPE: { is: "an event's type has not the parts `team.entity.event`, or cannot become a subject", next: "rename it" },
  BAD_LANE: { is: "an agent has both `lane` and `batch`", next: "choose one of them" },
  BAD_LIMIT: {
    is: "a budget's text is no limit, or one that would limit nothing",
    next: "write $300/month, $20/day, 5M tokens/day or $1/run",
  },
  BAD_BREAKER: { is: "a member of an agent's `limits.breaker` is unknown or out of range", next: "the message names it" },
  BAD_LIMITS: { is: "a member of an agent's `limits` is unknown or out of range", next: "the message names it" },
  BAD_NAME: { is: "a team, agent, workflow, folder or identity cannot have that name", next: "small letters, digits and _, from a letter" },
  BAD_SCHEDULE: { is: "a schedule's times, zone or `missed` is not one", next: "write a cron line of five fields and an IANA zone" },
  BAD_SIZE: { is: "a text is no size", next: "write 500MB, 20GB or 1.5TB" },
  BAD_TEAM: { is: "a team's file is not there, cannot be loaded, or exports no team", next: "mend what the message names, and save" },
  BAD_TIER: { is: "an agent's `tier` is none", next: "use worker, specialist or orchestrator" },
  BAD_TIME: { is: "a text is no time", next: "write ISO-8601, e.g. 2026-01-31T00:00:00Z" },
  BAD_TOKEN: { is: "a text cannot be part of a subject", next: "no spaces, dots, `*` or `>`" },
  BAD_UPCASTS: { is: "an event of a later version lacks the upcast from an earlier one", next: "add it to `upcasts`" },
  BAD_VERSION: { is: "a workflow's version is no whole number from 1", next: "count versions from 1" },
  BAD_WINDOW: { is: "a text is no window of times", next: "write 22:00-06:00 Europe/Berlin" },
  DUPLICATE_NAME: { is: "a team lists two things by one name", next: "rename one of them" },
  EXTERNAL_CLASH: { is: "two types from outside would share a subject", next: "rename one of the types" },
  EXTERNAL_DISAGREES: {
    is: "two teams declare one type from outside differently",
    next: "export it from one contract and import it in the other",
  },
  EXTERNAL_ID: {
    is: "the rule that tells an external event's id cannot be told to the gateway",
    next: "make it a path into the data, (data) => data.order, or a template string of paths",
  },
  FOREIGN_CAPABILITY: { is: "a team provides a capability of another team", next: "provide those of its own contract" },
  FOREIGN_EVENT: { is: "a team emits a fact of another team", next: "emit facts of its own contract" },
  MANIFEST_TOO_LARGE: { is: "what a team says of itself to the others is too large", next: "make the schemas of its contract smaller" },
  NOT_LISTED: {
    is: "something is defined or used that the team does not list",
    next: "add it to the list that the message names, in team.ts",
  },
  WRONG_KIND: {
    is: "a list or a call was given another kind of thing than it takes",
    next: "the message says what it was given and what it takes",
  },
  ZONE_UNKNOWN: { is: "a text is no time zone", next: "write an IANA name, e.g. Europe/Berlin or UTC" },
} as const satisfies Record<string, About>;
