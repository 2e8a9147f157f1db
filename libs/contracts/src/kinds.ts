import type { z } from "zod";
import { ArmadaError } from "./errors.ts";
import { checkCapabilityName, checkFactName, checkName } from "./names.ts";

/** An event kind that a team publishes: `<team>.<entity>.<event>`. */
export type EventKind<D = unknown> = {
  readonly kind: "event";
  readonly type: string;
  readonly team: string;
  readonly entity: string;
  readonly event: string;
  readonly version: number;
  readonly id: (data: D) => string;
  readonly data: z.ZodType<D>;
  /** `upcasts[v]` turns data of version v into data of version v + 1. */
  readonly upcasts: Readonly<Record<number, (data: unknown) => unknown>>;
};

/** An event type that comes from outside the mesh, stored by the gateway under its own subjects. */
export type ExternalKind<D = unknown> = Omit<EventKind<D>, "kind"> & { readonly kind: "external" };

/** A type of event, of a team or from outside. */
export type AnyEventKind<D = unknown> = EventKind<D> | ExternalKind<D>;

/** What a team offers others to ask for: `<team>.<capability>`. */
export type Capability<I = unknown, O = unknown> = {
  readonly kind: "capability";
  readonly name: string;
  readonly team: string;
  readonly capability: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  /** Binds the capability to the workflow of its own team that serves it. */
  by<W extends { readonly kind: "workflow" }>(workflow: W): Provision<W>;
};

/** A capability, and the workflow that answers it. */
export type Provision<W = unknown> = { readonly capability: Capability; readonly workflow: W };

const defined: AnyEventKind[] = [];

/** The event kinds that this process has declared so far, in order: what a check at start holds against the teams' lists. */
export function definedEvents(): readonly AnyEventKind[] {
  return defined;
}

/** Declares an event kind of a team. @throws ArmadaError `BAD_NAME`, `BAD_EVENT_TYPE`, `BAD_UPCASTS` */
export function event<D>(
  type: string,
  options: {
    version: number;
    id: (data: D) => string;
    data: z.ZodType<D>;
    upcasts?: Readonly<Record<number, (data: unknown) => unknown>>;
  },
): EventKind<D> {
  const parts = type.split(".");
  const [team, entity, name] = parts;
  if (parts.length !== 3 || team === undefined || entity === undefined || name === undefined)
    throw new ArmadaError("BAD_EVENT_TYPE", `event type ${JSON.stringify(type)} has not the three parts team.entity.event`);
  checkName(team, "team");
  checkFactName(entity, name);
  const upcasts = options.upcasts ?? {};
  for (let v = 1; v < options.version; v++)
    if (upcasts[v] === undefined)
      throw new ArmadaError("BAD_UPCASTS", `${type} is at version ${options.version} but has no upcast from version ${v}`, {
        hint: `give upcasts: { ${v}: (data) => … }`,
      });
  const { version, id, data } = options;
  const made: EventKind<D> = { kind: "event", type, team, entity, event: name, version, id, data, upcasts };
  defined.push(made as unknown as AnyEventKind);
  return made;
}

/** Where the gateway puts events of a type from outside: `evt.gateway.<entity>.<event>`. */
export function placeOf(type: string): { readonly entity: string; readonly event: string } {
  const parts = type
    .toLowerCase()
    .split(".")
    .map((part) => part.replaceAll(/[^a-z0-9_]/g, "_"));
  return { entity: parts.slice(0, -1).join("_"), event: parts.at(-1) ?? "" };
}

/** Declares a type that comes from outside; stored as `evt.gateway.<entity>.<event>`. @throws ArmadaError `BAD_EVENT_TYPE`, `BAD_NAME` */
export function external<D>(type: string, options: { id?: (data: D) => string; data: z.ZodType<D> }): ExternalKind<D> {
  const { entity, event: name } = placeOf(type);
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name) || !/^[a-z][a-z0-9_]{0,47}$/.test(entity))
    throw new ArmadaError("BAD_EVENT_TYPE", `external type ${JSON.stringify(type)} cannot become a subject`, {
      hint: "use two or more parts of letters and digits joined by dots, e.g. com.example.ticket.opened",
    });
  checkFactName(entity, name);
  const { id = () => "", data } = options;
  const made: ExternalKind<D> = { kind: "external", type, team: "gateway", entity, event: name, version: 1, id, data, upcasts: {} };
  defined.push(made as unknown as AnyEventKind);
  return made;
}

/** Declares what a team offers: `<team>.<capability>`. @throws ArmadaError `BAD_NAME`, `BAD_CAPABILITY` */
export function capability<I, O>(name: string, options: { input: z.ZodType<I>; output: z.ZodType<O> }): Capability<I, O> {
  const parts = name.split(".");
  const [team, local] = parts;
  if (parts.length !== 2 || team === undefined || local === undefined)
    throw new ArmadaError("BAD_CAPABILITY", `capability ${JSON.stringify(name)} has not the two parts team.capability`);
  checkName(team, "team");
  checkCapabilityName(local);
  const made: Capability<I, O> = {
    kind: "capability",
    name,
    team,
    capability: local,
    input: options.input,
    output: options.output,
    by: (workflow) => ({ capability: made as unknown as Capability, workflow }),
  };
  return made;
}
