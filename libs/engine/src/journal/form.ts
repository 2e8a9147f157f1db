import { ArmadaError } from "@armada/contracts";
import { isObjectRef } from "./payloads.ts";

/** How deep values may nest: what a stack holds, with room for the envelope around them. */
const MAX_DEPTH = 500;
/** How many members a value may have in all: one that holds a part of itself in many places has more than it looks. */
const MAX_MEMBERS = 2_000_000;
const HINT = "return strings, finite numbers, booleans, null, arrays and objects of these; dates as text, bytes by objects.put";

/**
 * A value as the journal gives it back: what JSON makes of it, where that loses nothing. `what` names the call.
 * @throws ArmadaError `VALUE_NOT_JSON`, with the path inside the value and the type
 */
export function journalForm(value: unknown, what: string): unknown {
  if (value === undefined || value === null || typeof value === "boolean" || typeof value === "string") return value ?? null;
  const path: { readonly holder: object; readonly key: string }[] = [];
  let members = 0;
  const at = (key: string): string => [...path.slice(1).map((part) => part.key), key].reduce(step, "");
  const refuse = (where: string, why: string): never => {
    throw new ArmadaError("VALUE_NOT_JSON", `${what} cannot be journaled: ${where === "" ? "it" : where} is ${why}`, { hint: HINT });
  };
  // Called for a holder's keys, one after the other, each followed by what is below it: `path` is the way to `this`.
  function check(this: unknown, key: string, found: unknown): unknown {
    if (++members > MAX_MEMBERS) refuse("", `larger than ${MAX_MEMBERS} members`);
    const holder = this as Record<string, unknown>;
    while (path.length > 0 && path.at(-1)?.holder !== holder) path.pop();
    const why = refusal(found, holder[key]);
    if (why !== undefined) refuse(at(key), why);
    if (typeof found === "object" && found !== null) {
      if (path.some((part) => part.holder === found)) refuse(at(key), "part of itself");
      if (path.length > MAX_DEPTH) refuse(`${at(key).slice(0, 100)}…`, `nested deeper than ${MAX_DEPTH}`);
      path.push({ holder: found, key });
    }
    return found;
  }
  let json: string | undefined;
  try {
    json = JSON.stringify(value, check);
  } catch (error) {
    if (error instanceof ArmadaError) throw error;
    refuse("", `what JSON refuses (${error instanceof Error ? error.message : "its toJSON failed"})`);
  }
  const form: unknown = JSON.parse(json ?? "null");
  if (isObjectRef(form)) refuse("$object", "a name that the journal keeps for itself");
  return form;
}

function step(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Why JSON would lose a value, or not take it. `found`: what its `toJSON` gave; `original`: what stands there. */
function refusal(found: unknown, original: unknown): string | undefined {
  switch (typeof found) {
    case "bigint":
    case "function":
    case "symbol":
      return `a ${typeof found}`;
    case "number":
      return Number.isFinite(found) ? undefined : String(found);
    case "object":
      return original instanceof Date && found === null ? "an invalid Date" : refusedObject(found, original);
    default:
      return undefined;
  }
}

function refusedObject(found: object | null, original: unknown): string | undefined {
  if (ArrayBuffer.isView(original)) return `bytes (${original.constructor.name})`;
  if (found === null || Array.isArray(found)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(found);
  if (prototype === Object.prototype || prototype === null) return undefined;
  if (found instanceof Number || found instanceof String || found instanceof Boolean) return undefined;
  const name = found.constructor?.name ?? "an object";
  if (found instanceof Error || Object.keys(found).length === 0) return `a ${name}, of which JSON keeps nothing`;
  return undefined;
}
