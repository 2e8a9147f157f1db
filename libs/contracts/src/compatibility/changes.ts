import { schemaChanges } from "./schema-changes.ts";
import { canonical, type Schema } from "./schema-node.ts";
import type { ContractSnapshot } from "./snapshot.ts";

/**
 * Whom a change breaks. `readers`: those who read, by the schema of the release, what the code of now writes. `writers`: those who
 * send, by the schema of the release, what the code of now is to take. `stored`: who reads, by the schema of now, events that are
 * in the streams already, which do not fit it and are passed by.
 */
export type Broken = "readers" | "writers" | "stored";

export type ContractChange = {
  readonly of: "event" | "external" | "input" | "output";
  readonly teams: readonly string[];
  /** The type of an event, or the capability. */
  readonly name: string;
  /** JSON pointer in the schema; "" of all of it. */
  readonly at: string;
  /** What changed, in one of few words that stay: `field-removed`. */
  readonly change: string;
  /** The same in a sentence's part. */
  readonly what: string;
  readonly breaks: readonly Broken[];
  /** Whether its version was raised, so that it may. */
  readonly allowed: boolean;
};

/** What is otherwise now than in a release: by name, and in the order of the schemas. */
export function contractChanges(released: ContractSnapshot, now: ContractSnapshot): readonly ContractChange[] {
  return [...eventChanges(released, now), ...externalChanges(released, now), ...capabilityChanges(released, now)];
}

/** Whether a change is to stop a release. */
export function isBreaking({ breaks, allowed }: ContractChange): boolean {
  return breaks.length > 0 && !allowed;
}

function eventChanges(released: ContractSnapshot, now: ContractSnapshot): readonly ContractChange[] {
  return namesOf(released.events, now.events).flatMap((name): ContractChange[] => {
    const [before, after] = [released.events[name], now.events[name]];
    const about = { of: "event" as const, teams: [teamOf(name)], name };
    if (before === undefined) return [whole(about, "event-added", "this event is new", [])];
    if (after === undefined) return [whole(about, "event-removed", "nobody emits this event any more", ["readers"])];
    const raised = after.version > before.version;
    const versions = `version ${after.version}, was ${before.version}`;
    const lowered = after.version < before.version ? [whole(about, "version-lowered", versions, ["stored"])] : [];
    return [
      ...(raised ? [whole(about, "version-raised", versions, [])] : lowered),
      ...changesIn(about, before.schema, after.schema, { widened: ["readers"], narrowed: ["stored"] }, raised),
    ];
  });
}

function externalChanges(released: ContractSnapshot, now: ContractSnapshot): readonly ContractChange[] {
  return namesOf(released.external, now.external).flatMap((name): ContractChange[] => {
    const [before, after] = [released.external[name], now.external[name]];
    const about = { of: "external" as const, teams: (after ?? before)?.teams ?? [], name };
    if (before === undefined) return [whole(about, "external-added", "this type is taken from outside", [])];
    if (after === undefined) return [whole(about, "external-removed", "this type is not taken from outside any more", ["writers"])];
    const id =
      canonical(before.id) === canonical(after.id)
        ? []
        : [whole(about, "id-changed", "another part of the data says what it is about", ["stored"])];
    return [...id, ...changesIn(about, before.schema, after.schema, { widened: [], narrowed: ["writers", "stored"] })];
  });
}

function capabilityChanges(released: ContractSnapshot, now: ContractSnapshot): readonly ContractChange[] {
  return namesOf(released.capabilities, now.capabilities).flatMap((name): ContractChange[] => {
    const [before, after] = [released.capabilities[name], now.capabilities[name]];
    const about = { teams: [teamOf(name)], name };
    if (before === undefined) return [whole({ ...about, of: "input" }, "capability-added", "this capability is new", [])];
    if (after === undefined)
      return [whole({ ...about, of: "input" }, "capability-removed", "nobody provides this capability any more", ["writers"])];
    return [
      ...changesIn({ ...about, of: "input" }, before.input, after.input, { widened: [], narrowed: ["writers"] }),
      ...changesIn({ ...about, of: "output" }, before.output, after.output, { widened: ["readers"], narrowed: [] }),
    ];
  });
}

type About = Pick<ContractChange, "of" | "teams" | "name">;

function whole(about: About, change: string, what: string, breaks: readonly Broken[]): ContractChange {
  return { ...about, at: "", change, what, breaks, allowed: false };
}

function changesIn(
  about: About,
  before: Schema,
  after: Schema,
  whom: { readonly widened: readonly Broken[]; readonly narrowed: readonly Broken[] },
  raised = false,
): readonly ContractChange[] {
  return schemaChanges(before, after).map(({ at, change, what, directions }) => {
    const breaks = [...new Set(directions.flatMap((direction) => whom[direction]))];
    return { ...about, at, change, what, breaks, allowed: raised && breaks.length > 0 };
  });
}

function namesOf(before: object, after: object): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
}

function teamOf(name: string): string {
  return name.split(".")[0] ?? "";
}
