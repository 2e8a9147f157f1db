import { ArmadaError, Refusal, redact, redactIn } from "@armada/contracts";
import type { Failure } from "./events.ts";
import { journalForm } from "./form.ts";

/** Of a text in a journal: an error's message, a hint, a reason. Bytes of UTF-8. */
const MAX_TEXT = 4 * 1024;
/** Of a text that is looked through for secrets, characters. */
const LONGEST = 256 * 1024;
/** Of an error's details, as JSON. */
const MAX_DETAILS = 16 * 1024;

/** At most 4 KB of a text without secrets; what was cut says how long it was. */
export function cut(given: string): string {
  const text = redact(given.length <= LONGEST ? given : given.slice(0, LONGEST)); // before it is cut, which could halve one
  if (text.length <= MAX_TEXT / 3 || Buffer.byteLength(text) <= MAX_TEXT) return text;
  const note = ` … (cut: ${given.length} characters)`;
  const kept = Buffer.from(text.slice(0, MAX_TEXT)).subarray(0, MAX_TEXT - note.length - 2);
  return new TextDecoder().decode(kept).replace(/\ufffd$/u, "") + note;
}

/** An error as the journal keeps it: code, message and what to do, cut; never a stack. */
export function failureOf(error: unknown, otherwise = "WORKFLOW_FAILED"): Failure {
  const message = cut(messageOf(error));
  if (!(error instanceof ArmadaError)) return { code: otherwise, message };
  return {
    code: cut(String(error.code)),
    message,
    ...(error.hint === undefined ? {} : { hint: cut(String(error.hint)) }),
    ...(error instanceof Refusal ? detailsOf(error, message) : {}),
  };
}

function detailsOf({ details }: Refusal, message: string): Partial<Failure> {
  if (details === undefined) return {};
  try {
    const form = redactIn(journalForm(details, "its details"), redact);
    const { length } = JSON.stringify(form);
    return length <= MAX_DETAILS ? { details: form } : { message: cut(`${message} (its details are left out: ${length} characters)`) };
  } catch (why) {
    return { message: cut(`${message} (${messageOf(why)})`) };
  }
}

/** Whatever was thrown may throw as well when it is asked what it is. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "something that has no text was thrown";
  }
}
