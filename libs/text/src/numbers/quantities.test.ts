import { describe, expect, it } from "vitest";
import { quantitiesIn } from "./quantities.ts";

const read = (text: string) => quantitiesIn(text, []).map(({ dimension, low, high, about }) => [dimension, low, high, about]);

describe("quantitiesIn", () => {
  it.each([
    ["It has 40 or more rooms.", ["count:rooms", 40, 40, "more"]],
    ["It has 40+ rooms.", ["count:rooms", 40, 40, "more"]],
    ["It is ≥ 40 km long.", ["length", 40_000, 40_000, "more"]],
    ["It takes 40 rooms or fewer.", ["count:rooms", 40, 40, "less"]],
    ["It takes 40 km at the most.", ["length", 40_000, 40_000, "less"]],
    ["It loses €-5 million.", ["money:euro", -5e6, -5e6, "exact"]],
    ["It is 5 ‰ of it.", ["percent", 0.5, 0.5, "exact"]],
    ["It is 12 ± 3 km long.", ["length", 9_000, 15_000, "exact"]],
    ["It is heard at 48 dB ± 2 dB.", ["loudness", 46, 50, "exact"]],
    ["It weighs 200 kg ± 5 %.", ["mass", 190, 210, "exact"]],
    ["A quarter of the farms are organic.", ["percent", 25, 25, "about"]],
    ["It took one in five pupils.", ["percent", 20, 20, "about"]],
    ["No passenger was hurt.", ["count:passenger", 0, 0, "exact"]],
    ["It carries 9,000 people a day.", ["count:people/day", 9_000, 9_000, "exact"]],
    ["It yields 5 kilowatt hours of heat annually.", ["energy/year", 5_000, 5_000, "exact"]],
    ["It weighs 5 kg/m³.", ["mass/m³", 5, 5, "exact"]],
  ])("%s", (text, wanted) => {
    expect(read(text)).toEqual([wanted]);
  });
  it.each(["Step 5 takes time.", "Gate 5 planes wait.", "It lasted the first half of the year.", "Half of a million is much."])(
    "none: %s",
    (text) => {
      expect(read(text)).toEqual([]);
    },
  );
});
