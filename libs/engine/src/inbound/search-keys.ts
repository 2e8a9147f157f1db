import type { Workflow } from "@armada/agents";
import { isName } from "@armada/contracts";
import { messageOf } from "../journal/failure.ts";

/** Business keys of one run, and the length of each value in characters. */
const MOST_KEYS = 16;
const MOST_LENGTH = 256;

/**
 * The business keys of a run by its workflow's `search`, as text; what it gives that is no key is left out, and `why` says so. A run
 * is not held up by them: who cannot find it by a key finds it by its id.
 */
export function searchKeys(
  workflow: Pick<Workflow, "search">,
  input: unknown,
): { readonly keys?: Readonly<Record<string, string>>; readonly why?: string } {
  if (workflow.search === undefined) return {};
  try {
    const given: unknown = workflow.search(input);
    if (typeof given !== "object" || given === null) return { why: `it gave ${String(given)}` };
    const all = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
    const keys = all.flatMap(([name, value]): [string, string][] => (isKey(name, value) ? [[name, String(value)]] : []));
    const kept = keys.slice(0, MOST_KEYS);
    const left = all.length - kept.length;
    return {
      ...(kept.length === 0 ? {} : { keys: Object.fromEntries(kept) }),
      ...(left === 0
        ? {}
        : {
            why: `${left} of its keys are none: a name as of an agent, and a text, number or boolean of at most ${MOST_LENGTH} characters`,
          }),
    };
  } catch (error) {
    return { why: messageOf(error) };
  }
}

function isKey(name: string, value: unknown): boolean {
  return isName(name) && ["string", "number", "boolean", "bigint"].includes(typeof value) && String(value).length <= MOST_LENGTH;
}
