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

test("each row of a page's table has all its cells, those that stand in several rows or columns within", async () => {
  const page =
    "<table><tr><th rowspan='2'>Year</th><th colspan='2'>Output</th></tr><tr><th>tonnes</th><th>£</th></tr>" +
    "<tr><td rowspan='2'>1911</td><td>300</td><td>4,000</td></tr><tr><td>310</td><td></td></tr><tr><td>1912</td><td>320</td></tr></table>";
  const { text } = await readDocument({ path: "a.html", bytes: page });
  expect(tablesIn(text).map(({ rows }) => rows.map(({ cells }) => cells))).toEqual([
    [
      ["Year", "Output", ""],
      ["Year", "tonnes", "£"],
      ["1911", "300", "4,000"],
      ["1911", "310", ""],
      ["1912", "320", ""],
    ],
  ]);
});

test.each([
  [
    "a.csv",
    "Year,Cars,Buses\n2021,,12\n2022,410\n",
    [
      ["Year", "Cars", "Buses"],
      ["2021", "", "12"],
      ["2022", "410", ""],
    ],
  ],
  [
    "a.md",
    "| Deck | m |\n|---|---|\n| Upper \\| sun | 61 |",
    [
      ["Deck", "m"],
      ["Upper / sun", "61"],
    ],
  ],
  [
    "a.txt",
    "Fares of the ferry:\nCar      Price\n-------------\nSmall    £5 each\nLarge    £9 each",
    [
      ["Car", "Price"],
      ["Small", "£5 each"],
      ["Large", "£9 each"],
    ],
  ],
])("%s: a row has all its cells", async (path, bytes, wanted) => {
  const { text } = await readDocument({ path, bytes });
  expect(tablesIn(text).map(({ rows }) => rows.map(({ cells }) => cells))).toEqual([wanted]);
});

test("prose with wide gaps is no table", async () => {
  const bytes = "It opened in 1931.  It closed in 1962.\nIt burned in 1963.  It was built again.";
  expect(tablesIn((await readDocument({ path: "a.txt", bytes })).text)).toEqual([]);
});
