import { type AnyEventKind, ArmadaError, type Capability, checkTeamName, type EventKind, isoTime, type Provision } from "@armada/contracts";
import type { Agent, ReadModel, Subscription, Team, Workflow } from "./define.ts";

type OfKind<K extends string> = { readonly kind: K };

/**
 * A team: the table of contents of a service. What it does not list is not there: no queue serves an agent, and no event
 * reaches a wait, that the team does not name here.
 * @throws ArmadaError `BAD_NAME`, `BAD_TIME`, `DUPLICATE_NAME`, `WRONG_KIND`, `NOT_LISTED`, `FOREIGN_CAPABILITY`, `FOREIGN_EVENT`
 */
export function team(options: {
  name: string;
  agents?: readonly OfKind<"agent">[];
  /** Every version still served; of one name the highest takes new runs. */
  workflows?: readonly OfKind<"workflow">[];
  readModels?: readonly OfKind<"read-model">[];
  provides?: readonly { readonly capability: Capability; readonly workflow: OfKind<"workflow"> }[];
  subscriptions?: readonly Subscription[];
  /** Capabilities of other teams that its workflows ask. */
  asks?: readonly OfKind<"capability">[];
  /** Events of its own that its workflows emit. */
  emits?: readonly OfKind<"event">[];
  /** Events that its workflows wait for, whoever states them. */
  awaits?: readonly OfKind<"event" | "external">[];
}): Team {
  checkTeamName(options.name);
  const made: Team = {
    kind: "team",
    name: options.name,
    agents: listed<Agent>(options, "agents", "agent"),
    workflows: listed<Workflow>(options, "workflows", "workflow"),
    readModels: listed<ReadModel>(options, "readModels", "read-model"),
    provides: (options.provides ?? []) as readonly Provision<Workflow>[],
    subscriptions: options.subscriptions ?? [],
    asks: listed<Capability>(options, "asks", "capability"),
    emits: listed<EventKind>(options, "emits", "event"),
    awaits: listed<AnyEventKind>(options, "awaits", "event", "external"),
  };
  unique(made, "agents", made.agents, ({ name }) => name);
  unique(made, "workflows", made.workflows, ({ name, version }) => `${name} v${version}`);
  unique(made, "readModels", made.readModels, ({ name }) => name);
  unique(made, "emits", made.emits, ({ type }) => type, "list its newest version, whose `upcasts` bring older ones to it");
  unique(made, "provides", made.provides, ({ capability }) => capability.name);
  unique(made, "subscriptions", made.subscriptions, ({ on, workflow }) => `on(${on.type}).start(${workflow.name})`);
  for (const { capability, workflow } of made.provides) {
    if (capability.team !== made.name)
      throw new ArmadaError("FOREIGN_CAPABILITY", `team ${made.name} provides ${capability.name}, which is another team's`, {
        hint: `ask for it instead: asks: [${capability.capability}]`,
      });
    inList(made, "workflows", workflow, `provides ${capability.name} by the workflow ${workflow.name}`);
  }
  for (const { on, workflow, from } of made.subscriptions) {
    if (typeof from === "object" && Number.isNaN(isoTime(from.time)))
      throw new ArmadaError("BAD_TIME", `team ${made.name} subscribes to ${on.type} from ${JSON.stringify(from.time)}, which is no time`, {
        hint: "write ISO-8601, e.g. 2026-01-31T00:00:00Z",
      });
    inList(made, "workflows", workflow, `starts the workflow ${workflow.name} on ${on.type}`);
  }
  for (const { name, context } of made.agents)
    for (const model of context) inList(made, "readModels", model, `has the read model ${model.name} in the context of the agent ${name}`);
  for (const kind of made.emits)
    if (kind.team !== made.name)
      throw new ArmadaError("FOREIGN_EVENT", `team ${made.name} cannot emit ${kind.type}, a fact of ${kind.team}`, {
        hint: `an event of its own is called ${made.name}.<entity>.<event>`,
      });
  return made;
}

type Lists = "agents" | "workflows" | "readModels" | "asks" | "emits" | "awaits";

/** What people hand over may be typed as anything: a cast, a file in JavaScript, an import that is not there. */
function listed<T>(
  options: { readonly name: string } & { readonly [L in Lists]?: readonly unknown[] },
  list: Lists,
  ...kinds: string[]
): readonly T[] {
  for (const [index, entry] of (options[list] ?? []).entries()) {
    const { kind, name } = typeof entry === "object" && entry !== null ? (entry as { kind?: unknown; name?: unknown }) : {};
    if (typeof kind === "string" && kinds.includes(kind)) continue;
    const what = typeof kind === "string" ? `the ${kind} ${typeof name === "string" ? name : ""}`.trim() : String(entry);
    throw new ArmadaError("WRONG_KIND", `team ${options.name}: ${list}[${index}] is ${what}, and no ${kinds.join(" or ")}`, {
      hint: kind === undefined ? "is the import right, and without a circle?" : `move it to the list that it belongs to`,
    });
  }
  return (options[list] ?? []) as readonly T[];
}

/** By name: of a workflow the highest version that is listed takes what a subscription of an older one starts. */
function inList(owner: Team, list: "workflows" | "readModels", { name }: { readonly name: string }, does: string): void {
  if (owner[list].some((listed) => listed.name === name)) return;
  throw new ArmadaError("NOT_LISTED", `team ${owner.name} ${does}, which is not in its ${list}`, { hint: `add it to ${list}: […]` });
}

function unique<T>(owner: Team, list: string, entries: readonly T[], nameOf: (entry: T) => string, hint = "remove one"): void {
  const seen = new Set<string>();
  for (const name of entries.map(nameOf)) {
    if (seen.has(name)) throw new ArmadaError("DUPLICATE_NAME", `team ${owner.name} lists ${name} twice in ${list}`, { hint });
    seen.add(name);
  }
}
