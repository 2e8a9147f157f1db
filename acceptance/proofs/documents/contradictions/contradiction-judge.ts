import type { Citation, DemoResult } from "../article/article-judge.ts";
import { essence } from "../article/source-text.ts";

export type Planted = { readonly id: string; readonly kind: string; readonly places: readonly Citation[] };
export type PlantedSet = { readonly pairs: readonly Planted[]; readonly decoys: readonly Planted[] };
/** Ids of planted things, and what was listed beyond them. */
export type ContradictionCount = {
  readonly found: readonly string[];
  readonly missed: readonly string[];
  readonly decoys: readonly string[];
  readonly others: readonly string[];
};

export function judgeContradictions(
  { output }: { readonly output: Pick<DemoResult["output"], "contradictions"> },
  planted: PlantedSet,
): ContradictionCount {
  const listed = (one: Planted) => output.contradictions.some((item) => matches(item.places, one));
  const ids = (some: readonly Planted[]) => some.map(({ id }) => id);
  const all = [...planted.pairs, ...planted.decoys];
  return {
    found: ids(planted.pairs.filter(listed)),
    missed: ids(planted.pairs.filter((pair) => !listed(pair))),
    decoys: ids(planted.decoys.filter(listed)),
    others: output.contradictions.filter((item) => !all.some((one) => matches(item.places, one))).map(({ about }) => about),
  };
}

/** Both planted places are among the listed ones. */
function matches(places: readonly Citation[], planted: Planted): boolean {
  return planted.places.every((wanted) => places.some((place) => place.file === wanted.file && overlap(place.quote, wanted.quote)));
}

/** One quote holds the other, or seven tenths of the shorter one stand in the longer one side by side. */
function overlap(one: string, two: string): boolean {
  const [short = [], long = []] = [essence(one).split(" "), essence(two).split(" ")].sort((a, b) => a.length - b.length);
  let run = 0;
  for (let from = 0; from < short.length; from++)
    for (let to = short.length; to - from > run; to--)
      if (` ${long.join(" ")} `.includes(` ${short.slice(from, to).join(" ")} `)) run = to - from;
  return run >= short.length * 0.7;
}
