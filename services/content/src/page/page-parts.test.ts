import { describe, expect, it } from "vitest";
import { figuresOf } from "../checks/figures.ts";
import { unanswered } from "../checks/questions.ts";
import { checkLanguage } from "../sources/language.ts";
import { drawCover } from "./cover.ts";
import { slugOf } from "./slug.ts";

describe("figures at a glance", () => {
  const figure = (text: string) => figuresOf([{ text, sources: [{ file: "a.md", quote: text }] }])[0];
  it.each([
    ["The roof of the hall carries 1,240 solar panels.", "1,240", "solar panels", "The roof of the hall carries"],
    ["The pipe lowers the pond by 20 to 60 centimetres.", "20 to 60", "centimetres", "The pipe lowers the pond"],
    ["The renovation of the hall cost 18.6 million euros.", "18.6", "million euros", "The renovation of the hall cost"],
    ["The bridge of Lana cost 6.5 million francs.", "6.5", "million francs", "The bridge of Lana cost"],
    ["In 2024 about 40% of the trees were oaks.", "about 40", "percent", "of the trees were oaks"],
    ["The hall of the museum has 85 m² of glass.", "85", "m²", "The hall of the museum has"],
    ["The water of the fjord is −5 °C cold in winter.", "−5", "°C", "The water of the fjord"],
    ["The salt of the bay is at least 5 ‰ of its water.", "at least 5", "‰", "The salt of the bay"],
    ["The wood of the old hall weighs 620 kg/m³ when dry.", "620", "kg/m³", "The wood of the old hall weighs"],
    ["The margin of the mill fell by .5 percent.", ".5", "percent", "The margin of the mill fell"],
    ["The fund of the town lost -€5 million in a year.", "-€5", "million", "The fund of the town lost"],
    ["A bed in the hostel costs 24 euros per night.", "24", "euros per night", "A bed in the hostel costs"],
    ["The line to the harbour carries 9,000 people a day.", "9,000", "people a day", "The line to the harbour carries"],
    ["At least 40 trees have to be felled for the line.", "at least 40", "trees", "have to be felled for the line"],
    ["At −15 °C the pump of the town used 3.1 kW.", "3.1", "kW", "At −15 °C the pump"],
    ["The fan of the pump moves 900 m³ of air an hour.", "900", "m³ of air an hour", "The fan of the pump moves"],
    ["The bar of the town is 12 ± 3 km away from the sea.", "12 ± 3", "km", "The bar of the town is"],
    ["The sound of the pump is 48 dB ± 2 dB at night.", "48", "dB ± 2 dB", "The sound of the pump is"],
    ["The choir of the town has 40 or more singers.", "40 or more", "singers", "The choir of the town has"],
  ])("%s", (text, number, unit, what) => {
    const found = figure(text);
    expect([found?.number, found?.unit]).toEqual([number, unit]);
    expect(found?.what).toContain(what.split(" ")[0]);
  });
  it("say what is measured where a sentence says two things", () => {
    expect(figure("The old viaduct has two storeys and is 46 metres high.")).toMatchObject({
      unit: "metres high",
      what: "The old viaduct",
    });
    expect(figure("The longest pier stands at Orran and is 228 metres long.")).toMatchObject({
      unit: "metres long",
      what: "The longest pier",
    });
  });
  it.each([
    "The bridge opened in 1931.",
    "Volunteers wrapped 1,850 street and park trees.",
    "It was the 3rd of its kind.",
    "Nothing is counted here.",
    "The invariant of log index 0 holds at all times.",
    "The claim that step 5 takes longest is wrong.",
  ])("none: %s", (text) => {
    expect(figure(text)).toBeUndefined();
  });
  it("come only from sentences that a source carries", () => {
    expect(figuresOf([{ text: "The dam is 40 metres long.", sources: [] }])).toEqual([]);
  });
});

describe("what the sources do not say", () => {
  const sources = [
    { name: "a.md", text: "# The mill\n\nThe repair of the mill cost 40,000 euros in 1998.\n\nThe mill pond is full of carp." },
  ];
  it("is the questions that no passage answers", () => {
    expect(
      unanswered(["What did the repair of the mill cost?", "Who insured the mill?", "How many carp are in the mill pond?"], sources),
    ).toEqual(["Who insured the mill?", "How many carp are in the mill pond?"]);
  });
  it("nor one that asks with the adjective of a noun", () => {
    const metal = [
      { name: "b.md", text: "Mercury has a density of 13.5 grams per cubic centimetre.\n\nThe dam of Mercury has a height of 40 metres." },
    ];
    expect(unanswered(["How dense is Mercury?", "How high is the dam of Mercury?", "How deep is the lake?"], metal)).toEqual([
      "How deep is the lake?",
    ]);
  });
});

describe("slugs, covers, languages", () => {
  it("makes slugs of any title", () => {
    expect(slugOf("Éclairs & Co.: “What’s new?”")).toBe("eclairs-co-whats-new");
    expect(slugOf("☃")).toBe("article");
    expect(slugOf("x".repeat(90))).toHaveLength(60);
  });
  it("draws the same cover for the same words, and another for others", () => {
    expect(drawCover("A <b> title", ["x & y"])).toBe(drawCover("A <b> title", ["x & y"]));
    expect(drawCover("A", ["x"])).not.toBe(drawCover("B", ["x"]));
    expect(drawCover("A <b> title", ["x & y"])).not.toContain("<b>");
  });
  it("tells English from other languages", () => {
    expect(
      checkLanguage(
        "The mill stands by the river and it is one of the oldest in the county, which is why people come to see it. ".repeat(3),
      ),
    ).toBeUndefined();
    expect(checkLanguage("El molino está en la costa y es muy viejo, por eso la gente viene a verlo con los niños. ".repeat(4))).toContain(
      "English",
    );
    expect(checkLanguage("水車小屋は海辺に立っている。")).toContain("English");
    expect(checkLanguage("— 12 —")).toBe("it holds no text");
  });
});
