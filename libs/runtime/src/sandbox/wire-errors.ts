import { CodedError, Refusal } from "@armada/contracts";
import type { WireError } from "./messages.ts";

/** An error as another thread or process can have it. Whatever was thrown may throw as well when it is asked what it is. */
export function toWire(error: unknown, ref?: number): WireError {
  const about = ref === undefined ? {} : { ref };
  try {
    if (!(error instanceof Error)) return { kind: "other", message: String(error), members: membersOf(error), ...about };
    const said = { message: String(error.message), members: membersOf(error), ...about };
    const stack = typeof error.stack === "string" ? { stack: error.stack } : {};
    if (!(error instanceof Refusal)) return { kind: error instanceof CodedError ? "coded" : "other", ...said, ...stack };
    return { kind: "refusal", ...said, ...stack, ...(error.details === undefined ? {} : { details: structured(error.details) }) };
  } catch {
    return { kind: "other", message: "something that has no text was thrown", members: {}, ...about };
  }
}

/** The error again: what decides about its step (its code, whether it is a refusal, terminal or retryable) is as it was. */
export function fromWire({ kind, message, stack, members, details }: WireError): Error {
  const { code, hint, retryable } = members;
  const coded = typeof code === "string" ? code : "AGENT_FAILED";
  const said = typeof hint === "string" ? { hint } : {};
  const error =
    kind === "refusal"
      ? new Refusal(coded, message, { ...said, details })
      : kind === "coded"
        ? new CodedError(coded, message, { ...said, retryable: Boolean(retryable) })
        : new Error(message);
  for (const [name, value] of Object.entries(members)) if (!Object.hasOwn(error, name)) Object.assign(error, { [name]: value });
  if (stack !== undefined) error.stack = stack;
  return error;
}

function membersOf(error: unknown): Record<string, string | number | boolean> {
  if (typeof error !== "object" || error === null) return {};
  const simple = Object.entries(error).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return Object.fromEntries(simple);
}

/** What cannot be copied to another thread is left out, as it would be of a journal. */
function structured(details: unknown): unknown {
  try {
    return structuredClone(details);
  } catch (error) {
    return `(its details are left out: ${error instanceof Error ? error.message : String(error)})`;
  }
}
