import { quantitiesIn } from "armada-mesh/text";
import { describe, expect, it } from "vitest";
import { AGREEMENTS, CONFLICTS } from "./contradictions.samples.ts";
import { findContradictions } from "./contradictions.ts";
import { agree } from "./quantity-agreement.ts";

const FILLER = [
  "The river rises in the hills and is joined by three streams before it reaches the town.",
  "Nobody remembers who planted the lime trees along the road.",
  "A meeting of the council was held in the spring, and the minutes fill eleven pages.",
  "In 1998 the road was widened, and 14 houses lost their front gardens.",
];

function find(left: readonly string[], right: readonly string[]) {
  return findContradictions([
    { name: "left.md", text: [...left, ...FILLER.slice(0, 2)].join("\n\n") },
    { name: "right.md", text: [...FILLER.slice(2), ...right].join("\n\n") },
  ]);
}

/** A shuffle that the same seed repeats. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed;
  const keyed = list.map((item) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return { item, key: state };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

describe("contradictions", () => {
  it("are found one by one, with both places", () => {
    const missed = CONFLICTS.filter(
      ([a, b]) => !find([a], [b]).some(({ places }) => places.some(({ quote }) => quote === a) && places.some(({ quote }) => quote === b)),
    );
    expect(missed.length, JSON.stringify(missed, undefined, 1)).toBeLessThanOrEqual(2);
  });

  it.each([
    ["The tidal plant has a rated capacity of 9.0 megawatts.", "At Orran Sound, the rated capacity is 12 megawatts.", 1],
    [
      "The station has a rated capacity of 9.0 megawatts and feeds 7,000 homes.",
      "With six turbines, the rated capacity is 12 megawatts.",
      1,
    ],
    ["The tidal plant has a rated capacity of 9.0 megawatts.", "The rated capacity of the ferry is 12 megawatts.", 0],
    ["The main hall of the Orran Theatre has 535 seats.", "There are 717 seats in the small hall of the Orran Theatre.", 0],
    ["The plant carried 1'250'000 visitors in 2024.", "The plant carried 1,250,000 visitors in 2024.", 0],
  ])("of one named attribute: %s / %s", (a, b, count) => {
    expect(find([a], [b])).toHaveLength(count);
  });

  it("are not made of sentences that agree or speak of something else", () => {
    const wrong = AGREEMENTS.filter(([a, b]) => find([a], [b]).length > 0);
    expect(wrong.length, JSON.stringify(wrong, undefined, 1)).toBeLessThanOrEqual(1);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("are found among others (seed %i)", (seed) => {
    const conflicts = shuffled(CONFLICTS, seed).slice(0, 12);
    const decoys = shuffled(AGREEMENTS, seed + 100).slice(0, 12);
    const found = find(
      shuffled(
        [...conflicts, ...decoys].map(([a]) => a),
        seed,
      ),
      shuffled(
        [...conflicts, ...decoys].map(([, b]) => b),
        seed + 7,
      ),
    );
    const listed = ([a, b]: readonly [string, string]) =>
      found.some(({ places }) => places.some(({ quote }) => quote === a) && places.some(({ quote }) => quote === b));
    expect(conflicts.filter(listed).length, `seed ${seed}`).toBeGreaterThanOrEqual(10);
    expect(decoys.filter(listed).length, `seed ${seed}`).toBeLessThanOrEqual(2);
  });

  it.each(["Lund ", "the ", ", which is 3 ", "claimed one ", "number of a ", "Terminal 2 "])(
    "take no time for a sentence without end: %j",
    (part) => {
      // Read through it takes longer than a test may; passed over, milliseconds.
      const text = (people: number) => `The ${part.repeat(30_000)}${people} people live at the end of it.`;
      expect(find([text(5)], [text(9)])).toEqual([]);
    },
  );

  it("need two documents", () => {
    expect(findContradictions([{ name: "a.md", text: "The bridge is 412 metres long.\n\nThe bridge is 438 metres long." }])).toEqual([]);
  });

  it("do not depend on the order of the documents", () => {
    const [a, b] = [CONFLICTS.map(([one]) => one).join("\n\n"), CONFLICTS.map(([, other]) => other).join("\n\n")];
    const quotes = (list: ReturnType<typeof findContradictions>) =>
      list
        .map(({ places }) =>
          places
            .map(({ quote }) => quote)
            .sort()
            .join("|"),
        )
        .sort();
    expect(
      quotes(
        findContradictions([
          { name: "x", text: a },
          { name: "y", text: b },
        ]),
      ),
    ).toEqual(
      quotes(
        findContradictions([
          { name: "y", text: b },
          { name: "x", text: a },
        ]),
      ),
    );
  });

  it("join three documents that all disagree into one entry", () => {
    const text = (metres: number) => `The harbour bridge at Calder is ${metres} metres long.`;
    const found = findContradictions([412, 438, 460].map((metres, i) => ({ name: `${i}.md`, text: text(metres) })));
    expect(found).toHaveLength(1);
    expect(found[0]?.places.map(({ file }) => file)).toEqual(["0.md", "1.md", "2.md"]);
  });
});

describe("agreement of quantities", () => {
  const one = (text: string) => {
    const [quantity] = quantitiesIn(text, []);
    if (quantity === undefined) throw new Error(`no quantity in ${text}`);
    return quantity;
  };
  it.each([
    ["about 40 percent", "39.6 percent", true],
    ["40 percent", "44 percent", false],
    ["between 150 and 200 people", "176 people", true],
    ["150–200 metres", "230 metres", false],
    ["0.42 hectares", "4,200 square metres", true],
    ["90 cubic metres", "90,000 litres", true],
    ["6,870,000 euros", "about 6.9 million euros", true],
    ["more than 900,000 people", "912,400 people", true],
    ["18.6 million euros", "21.3 million euros", false],
    ["twelve days", "12 days", true],
    ["twenty-four turbines", "31 turbines", false],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(agree(one(a), one(b))).toBe(expected);
  });
});
