/** How the server syncs: before each acknowledgement, or ten times a second. */
export type Sync = "always" | "100ms";

export type Options = {
  readonly sync: Sync;
  /** Interleaved: ours, raw, ours, raw. */
  readonly rounds: number;
  /** About how long one side of one round measures. */
  readonly seconds: number;
  /** Says what is being waited for. */
  readonly say: (line: string) => void;
};

/** What a row measured, one number a round and side. `missing`: what the journal lacks; such a figure is false whatever it is. */
export type Series = {
  readonly name: string;
  readonly ours: readonly number[];
  readonly raw: readonly number[];
  readonly unit: string;
  readonly target: Target;
  readonly missing?: string;
};

/** A bound on the figure; `orRatio` on ours / raw passes as well, `andRatio` must hold too. */
export type Target = { readonly least?: number; readonly most?: number; readonly orRatio?: number; readonly andRatio?: number };

/** One row of the table; `about` says what a reader of its figures has to know. */
export type Row = {
  readonly name: string;
  readonly syncs: readonly Sync[];
  /** Those of the short form; none where the row takes too long for it. */
  readonly short: readonly Sync[];
  /** Of ours, the server not counted. */
  readonly processes: number;
  readonly runs: "hot" | "cold" | "hot and cold" | "none";
  readonly about?: string;
  measure(options: Options): Promise<readonly Series[]>;
};

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Runs both sides in turn, so that what the machine does beside is shared by both. */
export async function interleaved(
  options: Options,
  ours: (round: number) => Promise<number>,
  raw: (round: number) => Promise<number>,
): Promise<{ ours: number[]; raw: number[] }> {
  const measured = { ours: [] as number[], raw: [] as number[] };
  for (let round = 1; round <= options.rounds; round++) {
    measured.ours.push(await ours(round));
    measured.raw.push(await raw(round));
    options.say(`round ${round}: ${measured.ours.at(-1)?.toFixed(2)} against ${measured.raw.at(-1)?.toFixed(2)} raw`);
  }
  return measured;
}
