import { ArmadaError } from "@armada/contracts";
import { isObjectRef, type ObjectRef } from "../journal/payloads.ts";
import type { RunState } from "../journal/state.ts";
import type { RunView } from "./run.ts";

/**
 * A view with what its run was given and, where it has, answered; large values are brought back. `get` gives the JSON of a
 * reference; an input that is lost stays one, for the run's story does not hang on it.
 */
export async function withValues(
  view: RunView,
  { input, ended }: Pick<RunState, "input" | "ended">,
  get: (ref: ObjectRef) => Promise<Uint8Array>,
): Promise<RunView & { readonly input?: unknown; readonly output?: unknown }> {
  const whole = async (value: unknown): Promise<unknown> =>
    isObjectRef(value) ? (JSON.parse(Buffer.from(await get(value)).toString("utf8")) as unknown) : value;
  const given = whole(input).catch((error: unknown) => {
    if (error instanceof ArmadaError && LOST.has(error.code)) return input;
    throw error;
  });
  return {
    ...view,
    ...(input === undefined ? {} : { input: await given }),
    ...(ended?.output === undefined ? {} : { output: await whole(ended.output) }),
  };
}

const LOST: ReadonlySet<string> = new Set(["OBJECT_MISSING", "OBJECT_CORRUPT"]);
