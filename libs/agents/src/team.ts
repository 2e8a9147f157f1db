import {
  type AnyEventKind,
  ArmadaError,
  type Capability,
  checkTeamName,
  type EventKind,
  isoTime,
  joinErrors,
  type Provision,
} from "@armada/contracts";
import type { Agent, ReadModel, Schedule, Subscription, Team, Workflow } from "./define.ts";
import { scheduleFaults } from "./schedule.ts";

type OfKind<K extends string> = { readonly kind: K };

/**
 * A team: the table of contents of a service. What it does not list is not there: no queue serves an agent, and no event
 * reaches a wait, that the team does not name here. Several faults are told at once, under the code of the first.
 * @throws ArmadaError `BAD_NAME`, `BAD_TIME`, `DUPLICATE_NAME`, `WRONG_KIND`, `NOT_LISTED`, `FOREIGN_CAPABILITY`, `FOREIGN_EVENT`,
 * `BAD_SCHEDULE`, `INPUT_INVALID`
 */
export function team(options: {
  name: string;
  agents?: readonly OfKind<"agent">[];
  /** Every version still served; of one name the highest takes new runs. */
  workflows?: readonly OfKind<"workflow">[];
  readModels?: readonly OfKind<"read-model">[];
  provides?: readonly { readonly capability: Capability; readonly workflow: OfKind<"workflow"> }[];
  subscriptions?: readonly Subscription[];
  /** What starts workflows at its time: `every(…).start(…)`. */
  schedules?: readonly OfKind<"schedule">[];
  /** Capabilities of other teams that its workflows ask. */
  asks?: readonly OfKind<"capability">[];
  /** Events of its own that its workflows emit. */
  emits?: readonly OfKind<"event">[];
  /** Events that its workflows wait for, whoever states them. */
  awaits?: readonly OfKind<"event" | "external">[];
}): Team {
  checkTeamName(options.name);
  throwAll(KINDS.flatMap(([list, ...kinds]) => [...wrongKinds(options, list, kinds)]));
  const { agents = [], workflows = [], readModels = [], schedules = [], asks = [], emits = [], awaits = [] } = options;
  const made: Team = {
    kind: "team",
    name: options.name,
    agents: agents as readonly Agent[],
    workflows: workflows as readonly Workflow[],
    readModels: readModels as readonly ReadModel[],
    provides: (options.provides ?? []) as readonly Provision<Workflow>[],
    subscriptions: options.subscriptions ?? [],
    schedules: schedules as readonly Schedule[],
    asks: asks as readonly Capability[],
    emits: emits as readonly EventKind[],
    awaits: awaits as readonly AnyEventKind[],
  };
  throwAll([...faultsOf(made)]);
  return made;
}

/** Whoever mends a file wants to know all of it at once. */
function throwAll([first, ...more]: readonly ArmadaError[]): void {
  if (first !== undefined) throw joinErrors(first, ...more);
}

function* faultsOf(made: Team): Generator<ArmadaError> {
  yield* twice(made, "agents", made.agents, ({ name }) => name);
  yield* twice(made, "workflows", made.workflows, ({ name, version }) => `${name} v${version}`);
  yield* twice(made, "readModels", made.readModels, ({ name }) => name);
  yield* twice(made, "emits", made.emits, ({ type }) => type, "list its newest version, whose `upcasts` bring older ones to it");
  yield* twice(made, "provides", made.provides, ({ capability }) => capability.name);
  yield* twice(made, "subscriptions", made.subscriptions, ({ on, workflow }) => `on(${on.type}).start(${workflow.name})`);
  for (const { capability, workflow } of made.provides) {
    if (capability.team !== made.name)
      yield new ArmadaError("FOREIGN_CAPABILITY", `team ${made.name} provides ${capability.name}, which is another team's`, {
        hint: `ask for it instead: asks: [${capability.capability}]`,
      });
    yield* unlisted(made, "workflows", workflow, `provides ${capability.name} by the workflow ${workflow.name}`);
  }
  for (const { on, workflow, from } of made.subscriptions) {
    if (typeof from === "object" && Number.isNaN(isoTime(from.time)))
      yield new ArmadaError("BAD_TIME", `team ${made.name} subscribes to ${on.type} from ${JSON.stringify(from.time)}, which is no time`, {
        hint: "write ISO-8601, e.g. 2026-01-31T00:00:00Z",
      });
    yield* unlisted(made, "workflows", workflow, `starts the workflow ${workflow.name} on ${on.type}`);
  }
  yield* twice(made, "schedules", made.schedules, ({ name }) => name, 'give one another name: every(…, { name: "…" })');
  for (const { name, workflow } of made.schedules)
    yield* unlisted(made, "workflows", workflow, `starts the workflow ${workflow.name} by the schedule ${name}`);
  yield* scheduleFaults(made);
  for (const { name, context } of made.agents)
    for (const model of context)
      yield* unlisted(made, "readModels", model, `has the read model ${model.name} in the context of the agent ${name}`);
  for (const kind of made.emits)
    if (kind.team !== made.name)
      yield new ArmadaError("FOREIGN_EVENT", `team ${made.name} cannot emit ${kind.type}, a fact of ${kind.team}`, {
        hint: `an event of its own is called ${made.name}.<entity>.<event>`,
      });
}

const KINDS = [
  ["agents", "agent"],
  ["workflows", "workflow"],
  ["readModels", "read-model"],
  ["schedules", "schedule"],
  ["asks", "capability"],
  ["emits", "event"],
  ["awaits", "event", "external"],
] as const;
type Lists = (typeof KINDS)[number][0];

/** What people hand over may be typed as anything: a cast, a file in JavaScript, an import that is not there. */
function* wrongKinds(
  options: { readonly name: string } & { readonly [L in Lists]?: readonly unknown[] },
  list: Lists,
  kinds: readonly string[],
): Generator<ArmadaError> {
  for (const [index, entry] of (options[list] ?? []).entries()) {
    const { kind, name } = typeof entry === "object" && entry !== null ? (entry as { kind?: unknown; name?: unknown }) : {};
    if (typeof kind === "string" && kinds.includes(kind)) continue;
    const what = typeof kind === "string" ? `the ${kind} ${typeof name === "string" ? name : ""}`.trim() : String(entry);
    yield new ArmadaError("WRONG_KIND", `team ${options.name}: ${list}[${index}] is ${what}, and no ${kinds.join(" or ")}`, {
      hint: kind === undefined ? "is the import right, and without a circle?" : `move it to the list that it belongs to`,
    });
  }
}

/** By name: of a workflow the highest version that is listed takes what a subscription of an older one starts. */
function* unlisted(
  owner: Team,
  list: "workflows" | "readModels",
  { name }: { readonly name: string },
  does: string,
): Generator<ArmadaError> {
  if (owner[list].some((listed) => listed.name === name)) return;
  yield new ArmadaError("NOT_LISTED", `team ${owner.name} ${does}, which is not in its ${list}`, { hint: `add it to ${list}: […]` });
}

function* twice<T>(
  owner: Team,
  list: string,
  entries: readonly T[],
  nameOf: (entry: T) => string,
  hint = "remove one",
): Generator<ArmadaError> {
  const seen = new Set<string>();
  for (const name of entries.map(nameOf)) {
    if (seen.has(name)) yield new ArmadaError("DUPLICATE_NAME", `team ${owner.name} lists ${name} twice in ${list}`, { hint });
    seen.add(name);
  }
}
