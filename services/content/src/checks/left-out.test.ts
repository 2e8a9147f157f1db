import { expect, test } from "vitest";
import { leftOut } from "./left-out.ts";

const text = `# The ferry Ada

The ferry Ada crosses the sound in nine minutes. It carries 240 people and 30 cars. They pay at the pier of the island.

Rain fell on the town in the spring. It filled the cellars of the baker and of the priest.

The ferry Ada was built in 1931. This took the yard fourteen months.`;
const source = { name: "ada.md", text };
const passages = (used: readonly string[], of = source) =>
  leftOut(
    "The ferry Ada",
    [of],
    used.map((quote) => ({ file: "ada.md", quote })),
  ).map(({ quote }) => quote);

test("a sentence that opens on what was said before stands with it", () => {
  expect(passages([])).toEqual([
    "The ferry Ada crosses the sound in nine minutes. It carries 240 people and 30 cars. They pay at the pier of the island.",
    "Rain fell on the town in the spring. It filled the cellars of the baker and of the priest.",
    "The ferry Ada was built in 1931. This took the yard fourteen months.",
  ]);
});

test("and is left out though what it opens on is on the page", () => {
  expect(
    passages(["The ferry Ada crosses the sound in nine minutes.", "The ferry Ada was built in 1931. This took the yard fourteen months."]),
  ).toEqual([
    "The ferry Ada crosses the sound in nine minutes. It carries 240 people and 30 cars. They pay at the pier of the island.",
    "Rain fell on the town in the spring. It filled the cellars of the baker and of the priest.",
  ]);
});

test("is on the topic where the sentence is that it opens on", () => {
  const other = { name: "ada.md", text: text.replace("# The ferry Ada", "# Our town") };
  expect(passages([], other)).toEqual([
    "The ferry Ada crosses the sound in nine minutes. It carries 240 people and 30 cars. They pay at the pier of the island.",
    "The ferry Ada was built in 1931. This took the yard fourteen months.",
  ]);
});

test("a sentence much like one on the page is left out where it gives another figure", () => {
  const one = {
    name: "ada.md",
    text: "The ferry Ada carries 30 cars over the sound.\n\nOver the sound the ferry Ada carries 30 cars.",
  };
  const used = ["The ferry Ada carries 30 cars over the cold sound."];
  expect(passages(used, one)).toEqual([]);
  expect(passages(used, { ...one, text: one.text.replace("ferry Ada carries 30 cars.", "ferry Ada carries 42 cars.") })).toEqual([
    "Over the sound the ferry Ada carries 42 cars.",
  ]);
});

test("and where it gives the same figure of another thing", () => {
  const one = {
    name: "ada.md",
    text: "The ferry Ada carries 30 cars over the cold sound.\n\nThe barge Ada carries 30 cars over the cold sound.",
  };
  expect(passages(["The ferry Ada carries 30 cars over the cold sound."], one)).toEqual([
    "The barge Ada carries 30 cars over the cold sound.",
  ]);
});

test("what its document takes back stands with what does so", () => {
  const one = {
    name: "ada.md",
    text: "# The ferry Ada\n\nSome say that the ferry Ada has sunk. Nonsense.\n\n## Myths\n\n- The ferry Ada has wheels.",
  };
  expect(leftOut("The ferry Ada", [one], [])).toEqual([
    { file: "ada.md", quote: "Some say that the ferry Ada has sunk. Nonsense." },
    { file: "ada.md", quote: "The ferry Ada has wheels.", under: "Myths" },
  ]);
});

test("a short statement is one, and so is a sentence in a cell of a table", () => {
  const one = {
    name: "ada.md",
    text: "The ferry Ada burned. Nobody was hurt.\n\n| Ada | The ferry Ada sank in the night of 4 May.\n\n| Year | 1931",
  };
  expect(passages([], one)).toEqual(["The ferry Ada burned.", "Nobody was hurt.", "The ferry Ada sank in the night of 4 May."]);
});

test("figures in a table of the page say nothing of a sentence that has one of them", () => {
  expect(passages(["1931"], { name: "ada.md", text: "The ferry Ada was built in 1931." })).toEqual(["The ferry Ada was built in 1931."]);
});
