import { expect, test } from "vitest";
import { sourceTables } from "./source-tables.ts";

const rows = (count: number) => Array.from({ length: count }, (_, i) => `| ${1990 + i} | ${400 + i}`).join("\n\n");
const source = (name: string, count: number, heading = "Cars of the ferry") => ({
  name,
  text: `# Traffic\n\n## ${heading}\n\n| Year | Cars\n\n${rows(count)}`,
});

test("small tables are shown as they stand, larger ones are named", () => {
  expect(sourceTables("The ferry Ada", [source("a.md", 2), source("b.md", 30)])).toEqual([
    {
      file: "a.md",
      called: "Cars of the ferry",
      count: 3,
      rows: [
        ["Year", "Cars"],
        ["1990", "400"],
        ["1991", "401"],
      ],
    },
    { file: "b.md", called: "Cars of the ferry", count: 31 },
  ]);
});

test("a fourth table is named, and the first do not depend on names", () => {
  const heads = ["A ferry", "B ferry", "C ferry", "D ferry"];
  const shown = (names: readonly string[]) =>
    sourceTables(
      "The ferry Ada",
      heads.map((heading, i) => source(names[i] ?? "", 2, heading)),
    ).flatMap(({ called, rows: kept }) => (kept === undefined ? [] : called));
  expect(shown(["a", "b", "c", "d"])).toEqual(["A ferry", "B ferry", "C ferry"]);
  expect(shown(["d", "c", "b", "a"])).toEqual(["A ferry", "B ferry", "C ferry"]);
});

test("tables without figures, and of something else, are not the page's", () => {
  expect(sourceTables("The ferry Ada", [{ name: "a.md", text: "# The ferry\n\n| Deck | Colour\n\n| Upper | red" }])).toEqual([]);
  expect(sourceTables("The ferry Ada", [source("a.md", 2, "Cars of the tunnel")])).toEqual([]);
});
