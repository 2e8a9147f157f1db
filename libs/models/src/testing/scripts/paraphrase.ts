/** Words that may stand for each other in any sentence; none is a number or a name, none is both noun and verb. */
const SAME: Readonly<Record<string, string>> = {
  almost: "nearly",
  began: "started",
  begin: "start",
  begins: "starts",
  big: "large",
  built: "constructed",
  buy: "purchase",
  cheap: "inexpensive",
  chiefly: "mainly",
  costly: "expensive",
  entire: "whole",
  fast: "rapid",
  frequently: "often",
  helped: "assisted",
  helps: "assists",
  important: "significant",
  large: "big",
  main: "chief",
  mainly: "chiefly",
  mostly: "largely",
  needed: "required",
  needs: "requires",
  often: "frequently",
  quickly: "rapidly",
  quick: "swift",
  roughly: "approximately",
  several: "a number of",
  showed: "revealed",
  shows: "reveals",
  sometimes: "at times",
  started: "began",
  typically: "usually",
  until: "till",
  usually: "typically",
  while: "whereas",
  whole: "entire",
};

/** The same said otherwise: other words, and a leading phrase of time or place moved to the end. Numbers and names stay as they are. */
export function paraphrase(sentence: string): string {
  const moved = sentence.replace(
    /^(In|By|Since|During|After|Before|Until|On|At) ([^,.;:]{3,40}), (the|a|an) ([^:;]+)\.$/u,
    (_all, preposition: string, phrase: string, article: string, rest: string) =>
      `${article[0]?.toUpperCase()}${article.slice(1)} ${rest} ${preposition.toLowerCase()} ${phrase}.`,
  );
  return moved.replace(/(?<![\p{L}\p{N}-])\p{Ll}+(?![\p{L}\p{N}-])/gu, (word) => (Object.hasOwn(SAME, word) ? (SAME[word] ?? word) : word));
}
