import type { LiveText } from "@armada/contracts";

/**
 * What a piece is to who has watched so far: `next`; `gap`, where text before it was not heard; `again`, where the step's
 * text began again, by another attempt or another process, and what was heard of it does not count; `stale`, of an attempt
 * that another has followed.
 */
export type PieceOrder = "next" | "gap" | "again" | "stale";

/** Orders the pieces of one run; for one watcher. */
export function liveOrder(): (piece: LiveText) => PieceOrder {
  const steps = new Map<number, { readonly attempt: number; readonly calls: Map<number, number> }>();
  return ({ n, attempt, call, seq }) => {
    const heard = steps.get(n);
    if (heard !== undefined && attempt < heard.attempt) return "stale";
    const last = heard?.calls.get(call) ?? -1;
    if (heard === undefined || attempt > heard.attempt || seq <= last) {
      steps.set(n, { attempt, calls: new Map([[call, seq]]) });
      if (heard !== undefined) return "again";
    } else heard.calls.set(call, seq);
    return seq === last + 1 ? "next" : "gap";
  };
}
