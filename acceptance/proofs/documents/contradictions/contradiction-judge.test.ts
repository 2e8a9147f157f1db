import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { plain } from "../article/source-text.ts";
import { judgeContradictions, type PlantedSet } from "./contradiction-judge.ts";

const folder = new URL("../../../../examples/contradictions/", import.meta.url);
const planted: PlantedSet = JSON.parse(readFileSync(new URL("planted.json", folder), "utf8"));
const listing = (...items: PlantedSet["pairs"]) => ({ output: { contradictions: items.map(({ id, places }) => ({ about: id, places })) } });

describe("examples/contradictions", () => {
  it("has twelve pairs, four of a kind, and twelve decoys of five kinds, quoted word for word from two files", () => {
    for (const kind of ["number", "date", "name"]) expect(planted.pairs.filter((pair) => pair.kind === kind)).toHaveLength(4);
    expect(planted.pairs).toHaveLength(12);
    expect(planted.decoys).toHaveLength(12);
    expect(new Set(planted.decoys.map(({ kind }) => kind))).toEqual(new Set(["year", "unit", "entity", "rounding", "range"]));
    for (const { places } of [...planted.pairs, ...planted.decoys]) {
      expect(new Set(places.map(({ file }) => file)).size).toBe(2);
      for (const { file, quote } of places) expect(plain(file, readFileSync(new URL(file, folder), "utf8")).split(quote)).toHaveLength(2);
    }
  });
});

describe("judgeContradictions", () => {
  it("counts what is listed in whole sentences or in parts of them", () => {
    const [one, two] = planted.pairs;
    if (one === undefined || two === undefined) throw new Error("no pairs");
    const longer = { ...one, places: one.places.map(({ file, quote }) => ({ file, quote: `Yes: ${quote}, they say.` })) };
    const shorter = { ...two, places: two.places.map(({ file, quote }) => ({ file, quote: quote.split(" ").slice(1).join(" ") })) };
    const { found, missed, decoys, others } = judgeContradictions(listing(longer, shorter), planted);
    expect([found, missed.length, decoys, others]).toEqual([[one.id, two.id], 10, [], []]);
  });

  it("tells decoys and things nobody planted", () => {
    const [decoy] = planted.decoys;
    if (decoy === undefined) throw new Error("no decoys");
    const other = {
      id: "weather",
      kind: "number",
      places: [
        { file: "a.md", quote: "It rained." },
        { file: "b.md", quote: "It snowed." },
      ],
    };
    const { found, decoys, others } = judgeContradictions(listing(decoy, other), planted);
    expect([found, decoys, others]).toEqual([[], [decoy.id], ["weather"]]);
  });

  it("wants both places, each in its own file", () => {
    const [pair] = planted.pairs;
    if (pair === undefined) throw new Error("no pairs");
    const half = { ...pair, places: pair.places.slice(0, 1) };
    const swapped = { ...pair, places: pair.places.map(({ quote }, at) => ({ file: pair.places[1 - at]?.file ?? "", quote })) };
    expect(judgeContradictions(listing(half, swapped), planted).found).toEqual([]);
  });
});
