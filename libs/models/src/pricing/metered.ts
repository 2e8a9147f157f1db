import type { CallCost, CallOptions, Drawing } from "../port.ts";

/** How a provider call ended, and what it cost. */
export type Ended<T> = { readonly cost: CallCost } & ({ readonly value: T } | { readonly error: unknown });

/**
 * Draws the ceiling, makes the call and settles it, exactly once, whatever happens. `make` gets the call's id, absent where
 * nobody keeps accounts, and ought not throw: what it throws settles as unknown. A call that is given up while it is drawn is
 * never made, and free. @throws what `draw` rejects with, the signal's reason, or the error that `make` ended with
 */
export async function metered<T>(
  meter: CallOptions["meter"],
  drawing: Drawing,
  signal: AbortSignal,
  make: (call: string | undefined) => Promise<Ended<T>>,
): Promise<T> {
  const call = await meter?.draw(drawing);
  const settle = (cost: CallCost): void => {
    if (call !== undefined) meter?.settle(call, cost);
  };
  if (signal.aborted) {
    settle({ kind: "free" });
    throw signal.reason;
  }
  let ended: Ended<T>;
  try {
    ended = await make(call);
  } catch (error) {
    settle({ kind: "unknown", reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  settle(ended.cost);
  if ("error" in ended) throw ended.error;
  return ended.value;
}
