import type { Figure } from "../documents/article/article-judge.ts";

export type { Figure } from "../documents/article/article-judge.ts";

/** What a proof is run with. */
export type About = {
  /** The form that `npm test` runs: the same judgement on fewer cases. */
  readonly short: boolean;
  /** Every random choice of a proof is drawn from it. */
  readonly seed: number;
  /** A folder of real documents beside the examples; its folders are article folders. */
  readonly documents: string | undefined;
  /** Says what is being waited for; never part of the judgement. */
  readonly say: (line: string) => void;
};

/** Yields each figure as soon as it is known. What it started it ends, also where it throws. */
export type Proof = (about: About) => AsyncIterable<Figure>;

/** A figure that counts offences. */
export function none(name: string, offences: readonly string[]): Figure {
  return count(name, offences.length, 0, offences.slice(0, 20).join(" | "));
}

/** A figure that has to be exactly `wanted`. */
export function count(name: string, value: number, wanted: number, detail = ""): Figure {
  return { name, value, target: String(wanted), ok: value === wanted, ...(detail === "" ? {} : { detail }) };
}

export function atLeast(name: string, value: number, least: number, detail = ""): Figure {
  return { name, value, target: `>= ${least}`, ok: value >= least, ...(detail === "" ? {} : { detail }) };
}

export function atMost(name: string, value: number, most: number, detail = ""): Figure {
  return { name, value, target: `<= ${most}`, ok: value <= most, ...(detail === "" ? {} : { detail }) };
}

/** A figure of a thing that holds or does not. */
export function holds(name: string, ok: boolean, detail = ""): Figure {
  return { name, value: ok ? 1 : 0, target: "1", ok, ...(ok || detail === "" ? {} : { detail }) };
}
