import { expect, it } from "vitest";
import { withoutTakenBack } from "./taken-back.ts";

const TAKEN: readonly (readonly [text: string, kept: string])[] = [
  ["The library lends seed. Some say that it sells seed. This is not true.", "The library lends seed."],
  ["The library was to open in 2008. It did not.", ""],
  ["Critics claim that the library ruined the shop. That is nonsense, says its owner. It opens at ten.", "It opens at ten."],
  ["The library would have closed in 2015. A gift of £900 prevented that.", ""],
  ["A branch in Hale was planned for 2016. The plan was later dropped.", ""],
  ["It is often said that monks founded it. In fact, two teachers did.", ""],
  ["The paper wrote that the library burned. The council denies this report.", ""],
  ["Some say that it sells seed. Others say that it sells jars. Neither is true.", ""],
  ["Myth: The library sells seed. It is free.", "It is free."],
  ["The library owns 900 jars.\n\nThis turned out to be wrong.", ""],
  ["The following claims are wrong:\n\n- It sells seed.\n- Monks founded it.\n\nIt is free.", "It is free."],
  ["People say:\n\n- It sells seed.\n- Monks founded it.\n\nNone of this is true.", ""],
  ["These claims are false: it sells seed. It owns 900 jars.", "These claims are false: it sells seed."],
  [
    "# Seed\n\nIt is free.\n\n## Plans that were dropped\n\nIt will open in Hale.\n\n## Staff\n\nIt has two.",
    "# Seed\nIt is free.\n## Staff\nIt has two.",
  ],
  ["# Seed\n\n## Myths\n\n### Money\n\nIt sells seed.\n\n## Staff\n\nIt has two.", "# Seed\n## Staff\nIt has two."],
];

it.each(TAKEN)("is not taken at its word: %j", (text, kept) => {
  expect(withoutTakenBack(text).text.replaceAll(/\n+/gu, "\n").trim()).toBe(kept);
});

it.each([
  "The mill was built in 1820. It was abandoned in 1950.",
  "The library lends seed. It does not lend potatoes.",
  "The library has a red door. It never reopened.",
  "# What went wrong\n\nA power cut stopped the pumps.",
  "The nursery will move. It has 40 members.",
  "The following are lent:\n\n- Seed of beans is lent.\n- Seed of peas is lent.",
  "## False alarms\n\nThe bell rang in 1912. That was in May.",
  "## Failed crops\n\nThe beans died in 1976. They did not get water.",
])("stands: %j", (text) => {
  expect(withoutTakenBack(text)).toEqual({ text, taken: [] });
});

it("says under what it stood that takes it back", () => {
  expect(withoutTakenBack("These are wrong claims:\n\n- It sells seed.\n\n## Rejected proposals\n\nIt will close.").taken).toEqual([
    { quote: "These are wrong claims:" },
    { quote: "It sells seed.", under: "These are wrong claims" },
    { quote: "It will close.", under: "Rejected proposals" },
  ]);
});
