import type { CallCost, Drawing, Meter } from "../port.ts";

export type RecordingMeter = Meter & {
  readonly drawn: ReadonlyMap<string, Drawing>;
  readonly settled: ReadonlyMap<string, CallCost>;
};

/** Lets every call be made, under ids `c1`, `c2`, …; throws where one is settled twice, undrawn, or over its ceiling. */
export function recordingMeter(before?: (about: Drawing) => void | Promise<void>): RecordingMeter {
  const drawn = new Map<string, Drawing>();
  const settled = new Map<string, CallCost>();
  return {
    drawn,
    settled,
    async draw(about) {
      await before?.(about);
      const call = about.call ?? `c${drawn.size + 1}`;
      drawn.set(call, about);
      return call;
    },
    settle(call, cost) {
      const ceiling = drawn.get(call)?.ceiling;
      if (ceiling === undefined) throw new Error(`${call} was never drawn`);
      if (settled.has(call)) throw new Error(`${call} was settled before`);
      settled.set(call, cost);
      if (cost.kind === "billed" && (cost.amount.micros > ceiling.micros || cost.amount.tokens > ceiling.tokens))
        throw new Error(`${call} cost ${JSON.stringify(cost.amount)}, its ceiling was ${JSON.stringify(ceiling)}`);
    },
  };
}
