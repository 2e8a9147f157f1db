import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { opensLeftBehind } from "./openers.ts";
import { splitSentences } from "./sentences.ts";
import { contentStems, jaccard, stem, words } from "./words.ts";

describe("splitSentences", () => {
  it.each([
    ["One ends here. Two ends there.", ["One ends here.", "Two ends there."]],
    ["Dr. Osei measured 3.5 metres. It was enough.", ["Dr. Osei measured 3.5 metres.", "It was enough."]],
    ["Fish, e.g. Cod, live here. Eels do not.", ["Fish, e.g. Cod, live here.", "Eels do not."]],
    ["She asked: “Why?” Nobody knew.", ["She asked: “Why?”", "Nobody knew."]],
    ["The office closes at 5 p.m. Trains run later.", ["The office closes at 5 p.m.", "Trains run later."]],
    ["J. K. Holm built it. The roof leaks.", ["J. K. Holm built it.", "The roof leaks."]],
    [
      "The U.S. Geological Survey measured it. Gov. Martin Vale came. She left the U.S. The dam held.",
      ["The U.S. Geological Survey measured it.", "Gov. Martin Vale came.", "She left the U.S.", "The dam held."],
    ],
    [
      "Bros. Ltd. lent the money. The firm Acme Inc. The next year it fell.",
      ["Bros. Ltd. lent the money.", "The firm Acme Inc.", "The next year it fell."],
    ],
    ["See no. 5 of Jan. 7. No. It is not.", ["See no. 5 of Jan. 7.", "No.", "It is not."]],
    ["It was dug in 2020. 425 trees stand there.", ["It was dug in 2020.", "425 trees stand there."]],
    ["1987. The mill burned down. It rained.", ["1987. The mill burned down.", "It rained."]],
    ["no full stop", ["no full stop"]],
    ["It was painted by J. M. W. Turner in 1802. It hangs there.", ["It was painted by J. M. W. Turner in 1802.", "It hangs there."]],
    ["Letters from P. G. Wodehouse are kept.", ["Letters from P. G. Wodehouse are kept."]],
    ["It was founded by P. Voss. The engineer R. O’Hara built it.", ["It was founded by P. Voss.", "The engineer R. O’Hara built it."]],
    ["It was founded by J. May in 1802. May was wet.", ["It was founded by J. May in 1802.", "May was wet."]],
    ["It is rich in vitamin C. Oranges have it.", ["It is rich in vitamin C.", "Oranges have it."]],
    ["They chose plan B. Workers left.", ["They chose plan B.", "Workers left."]],
    ["It runs from A to B. Trains stop.", ["It runs from A to B.", "Trains stop."]],
    ["She and I. Nobody else came.", ["She and I.", "Nobody else came."]],
    ["It paid £3 10s. 6d. for a bale. It was dear.", ["It paid £3 10s. 6d. for a bale.", "It was dear."]],
    ["He is 6 ft. 4 in. tall. It weighs 3 lb. 5 oz. in all.", ["He is 6 ft. 4 in. tall.", "It weighs 3 lb. 5 oz. in all."]],
    ["It closed in the 1950s. 12 men stayed.", ["It closed in the 1950s.", "12 men stayed."]],
    ["It stands on p. 44 and pp. 50-52. It closed c. 1962.", ["It stands on p. 44 and pp. 50-52.", "It closed c. 1962."]],
    ["John Boyle (b. 1901, d. 1950) ran it.", ["John Boyle (b. 1901, d. 1950) ran it."]],
    ["It made 2 No. 10 cables.", ["It made 2 No. 10 cables."]],
    ["A bun costs 12 p. 44 people came.", ["A bun costs 12 p.", "44 people came."]],
    ["It lay at 54.3 deg. North. It rained.", ["It lay at 54.3 deg. North.", "It rained."]],
    ["It opened on 4 Jan. 1920. Lieut. Boyle came.", ["It opened on 4 Jan. 1920.", "Lieut. Boyle came."]],
    ["  ", []],
  ])("%s", (line, expected) => {
    expect(splitSentences(line)).toEqual(expected);
  });

  it("gives slices of the line that lose nothing but white space", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("Ada", "runs", "3.5", "e.g.", "Dr.", "x.", "Yes!", "Why?", "(Note.)", "“So.”", "12,000")),
        (parts) => {
          const line = parts.join(" ");
          const found = splitSentences(line);
          expect(found.join(" ")).toBe(line.trim());
          for (const sentence of found) expect(line).toContain(sentence);
        },
      ),
    );
  });
});

describe("opensLeftBehind", () => {
  it.each([
    "This is so.",
    "However, it rained.",
    "“They left,” he said.",
    "In that case nothing happens.",
    "As a result, prices fell.",
    "Such trains are late.",
  ])("%s", (text) => {
    expect(opensLeftBehind(text)).toBe(true);
  });
  it.each([
    "The train left.",
    "Thistles grow here.",
    "Italy won.",
    "Since 1990 the bridge has been closed.",
    "In 1847 the mill burned down.",
  ])("not: %s", (text) => {
    expect(opensLeftBehind(text)).toBe(false);
  });
});

describe("words", () => {
  it("stems one word's forms alike", () => {
    for (const forms of [
      ["dam", "dams"],
      ["family", "families"],
      ["publish", "published", "publishing", "publishes"],
      ["replicate", "replicated", "replication"],
      ["city", "city’s"],
    ])
      expect(new Set(forms.map(stem)).size, forms.join()).toBe(1);
  });
  it("keeps numbers and drops words without a subject", () => {
    expect(contentStems("The 1,200 dams of the park were cut")).toEqual(["1,200", "dam", "park", "cut"]);
  });
  it("measures likeness between none and all", () => {
    expect(jaccard(new Set(words("a b c")), new Set(words("A B C")))).toBe(1);
    expect(jaccard(new Set(words("a b")), new Set(words("c d")))).toBe(0);
    expect(jaccard(new Set(), new Set())).toBe(0);
  });
});
