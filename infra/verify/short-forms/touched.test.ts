import { expect, test } from "vitest";
import { touchedBy } from "./touched.ts";

const proofs = ["crash", "money", "pages"].map((name) => ({
  name,
  file: `proofs/${name}.ts`,
  about: name === "pages" ? ["services/content"] : [],
}));
const imports = new Map([
  ["proofs/crash.ts", ["proofs/harness.ts", "proofs/judge.ts"]],
  ["proofs/judge.ts", ["libs/engine/journal.ts"]],
  ["libs/engine/journal.ts", ["proofs/judge.ts"]], // a circle ends
  ["proofs/money.ts", ["proofs/harness.ts"]],
  ["proofs/pages.ts", []],
]);
const touched = (...changed: string[]): string[] => [...touchedBy(changed, proofs, imports)];

test("a change touches the proofs that import it, over however many steps, and those that are about it", () => {
  expect(touched("proofs/money.ts")).toEqual(["money"]);
  expect(touched("libs/engine/journal.ts")).toEqual(["crash"]);
  expect(touched("services/content/src/team.ts")).toEqual(["pages"]);
  expect(touched("services/contents.ts", "services/content/src/team.test.ts", "docs/tutorial.md")).toEqual([]);
});

test("what most proofs import touches none of them", () => {
  expect(touched("proofs/harness.ts")).toEqual([]);
});
