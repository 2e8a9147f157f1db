import { isObjectRef, type ObjectRef } from "../journal/payloads.ts";
import type { RunState } from "../journal/state.ts";
import type { RunView } from "./run.ts";

/** A view with what its run answered, where it has; a large output is brought back. `get` gives the JSON of a reference. */
export async function withOutput(
  view: RunView,
  { ended }: Pick<RunState, "ended">,
  get: (ref: ObjectRef) => Promise<Uint8Array>,
): Promise<RunView & { readonly output?: unknown }> {
  const output = ended?.output;
  if (output === undefined) return view;
  if (!isObjectRef(output)) return { ...view, output };
  return { ...view, output: JSON.parse(Buffer.from(await get(output)).toString("utf8")) as unknown };
}
