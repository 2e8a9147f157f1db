import { describe, expect, it } from "vitest";
import { datesIn, differ } from "./dates.ts";

const years = (text: string) => datesIn(text).map(({ year }) => year);

describe("years before the year 1000", () => {
  it.each([
    ["In 874 Norse settlers came to the island.", [874]],
    ["The island was settled in 874.", [874]],
    ["In the year 930 the assembly met, and in 999 it met again.", [930, 999]],
    ["The harbour was in use until 911, when it silted up.", [911]],
    ["Vesuvius buried the town in AD 79.", [79]],
    ["Vesuvius buried the town in 79 AD and slept until 203.", [79, 203]],
    ["The city was founded in 753 BC.", [-753]],
  ])("%s", (text, wanted) => {
    expect(years(text)).toEqual(wanted);
  });
  it.each([
    "The method failed in 874 cases.",
    "The path rises in 300 metres to the pass.",
    "The train arrives in 120 minutes.",
    "The price fell by 250 euros.",
    "It was found in 120 and 160 samples.",
    "The bridge is 412 metres long.",
    "It grew by 120, 130 and 160 percent.",
  ])("none: %s", (text) => {
    expect(years(text)).toEqual([]);
  });
  it("differ as others do", () => {
    const [one, other] = [datesIn("The town burnt in 874."), datesIn("The town burnt in 881.")];
    expect(one[0] !== undefined && other[0] !== undefined && differ(one[0], other[0])).toBe(true);
  });
});
