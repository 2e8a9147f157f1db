import { describe, expect, it } from "vitest";
import { generate } from "./contradiction-generator.ts";
import { dates, months, numbers, roles } from "./contradiction-templates.ts";

const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1);

describe("generate", () => {
  it("gives the same set for the same seed, another for another", () => {
    expect(generate(5)).toEqual(generate(5));
    expect(generate(5)).not.toEqual(generate(6));
  });

  it("puts both quotes of every pair into two different documents, once", () => {
    for (const seed of seeds) {
      const { documents, pairs, decoys } = generate(seed);
      for (const { places } of [...pairs, ...decoys]) {
        expect(places[0].file).not.toBe(places[1].file);
        for (const place of places) expect(documents.find(({ name }) => name === place.file)?.text.split(place.quote)).toHaveLength(2);
      }
    }
  });

  it("never speaks of the same thing in two pairs of a set", () => {
    for (const seed of seeds) {
      const { pairs, decoys } = generate(seed);
      const slots = [...pairs, ...decoys].map(({ id }) => id.split(": ")[1]);
      expect(new Set(slots).size).toBe(slots.length);
    }
  });

  it("states two different figures or dates in every pair and fills every placeholder", () => {
    for (const seed of seeds) {
      const { documents, pairs } = generate(seed);
      for (const { kind, places } of pairs) {
        if (kind === "name") continue;
        const values = places.map(({ quote }) =>
          (quote.match(new RegExp(`\\d[\\d,.]*\\b|${months.join("|")}`, "gu")) ?? []).sort().join(" "),
        );
        expect(values[0]).not.toBe(values[1]);
      }
      for (const { text } of documents) expect(text).not.toMatch(/[{}]|undefined|NaN/);
    }
  });

  it("varies: every slot of every kind appears, five decoy kinds, five to seven documents", () => {
    const sets = seeds.map(generate);
    const of = (kind: string) => new Set(sets.flatMap(({ pairs }) => pairs.filter((pair) => pair.kind === kind).map(({ id }) => id)));
    expect([of("number").size, of("date").size, of("name").size]).toEqual([numbers.length, dates.length, roles.length]);
    expect(new Set(sets.flatMap(({ decoys }) => decoys.map(({ kind }) => kind))).size).toBe(5);
    for (const { documents, pairs, decoys } of sets) {
      expect(documents.length).toBeGreaterThanOrEqual(5);
      expect(pairs.length).toBeGreaterThanOrEqual(7);
      expect(decoys.length).toBeGreaterThanOrEqual(7);
    }
  });
});
