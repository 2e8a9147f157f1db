import { expect, it } from "vitest";
import { withoutCopies } from "./copies.ts";

const text = "The ferry Ada crosses the sound in nine minutes.";
const left = (...sources: { name: string; text: string }[]) => withoutCopies(sources).skipped;

it.each([
  ["report-copy.md", "annual-report.md"],
  ["council-again.md", "council.md"],
  ["ada.txt", "ada.md"],
])("of two that say the same the first by name stays: %s repeats %s", (copy, original) => {
  const why = `it repeats ${original} word for word`;
  for (const names of [
    [copy, original],
    [original, copy],
  ])
    expect(left(...names.map((name) => ({ name, text })))).toEqual([{ file: copy, why }]);
});

it("the one that says more stays, whatever its name", () => {
  const more = { name: "z.md", text: `${text} The ferry Ada carries 240 people and 30 cars.` };
  expect(left({ name: "a.md", text }, more)).toEqual([{ file: "a.md", why: "it repeats z.md word for word" }]);
});
