import { expect, test } from "vitest";
import { readDocument } from "./document.ts";
import { tablesIn } from "./tables.ts";

const MARKDOWN = `# The ferry

## Traffic

| | 2021 | 2022 |
| --- | ---: | ---: |
| Cars | 410 | 388 |
| Buses | 12 | |

| Deck | Length |
| --- | --- |
| Upper | 61 m |

Rain fell.

| Ship | Built |
| --- | --- |
| Ada | 1931 |
`;

test("tables of Markdown stand under their headings, with empty cells in their place", async () => {
  const { text } = await readDocument({ path: "ferry.md", bytes: MARKDOWN });
  expect(tablesIn(text).map(({ rows }) => rows.map(({ cells }) => cells))).toEqual([
    [
      ["", "2021", "2022"],
      ["Cars", "410", "388"],
      ["Buses", "12", ""],
    ],
    [
      ["Deck", "Length"],
      ["Upper", "61 m"],
    ],
    [
      ["Ship", "Built"],
      ["Ada", "1931"],
    ],
  ]);
  expect(tablesIn(text)[0]?.headings).toEqual(["The ferry", "Traffic"]);
});

test("tables of pages and of comma separated values are the same", async () => {
  const page = "<h1>Ferry</h1><table><tr><th>Year</th><th>Cars</th></tr><tr><td>2021</td><td>410</td></tr></table>";
  const [html, csv] = [
    await readDocument({ path: "a.html", bytes: page }),
    await readDocument({ path: "a.csv", bytes: "Year,Cars\n2021,410\n" }),
  ];
  const cells = [
    ["Year", "Cars"],
    ["2021", "410"],
  ];
  for (const { text } of [html, csv]) expect(tablesIn(text).map(({ rows }) => rows.map((row) => row.cells))).toEqual([cells]);
});
