import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usedOrNamed } from "./used-or-named.ts";

const DOCUMENT = `# Our town

The ferry Ada crosses the sound in nine minutes. It carries 240 people and 30 cars.

Rain fell on the town in the spring of that year.

## Cars of the ferry

| Year | Cars |
| --- | --- |
| 2021 | 410 |
| 2022 | 388 |
`;

async function share(html: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "named-"));
  try {
    writeFileSync(join(folder, "brief.json"), JSON.stringify({ topic: "The ferry Ada" }));
    writeFileSync(join(folder, "ada.md"), DOCUMENT);
    writeFileSync(join(folder, "page.out"), html);
    const output = { html: join(folder, "page.out"), article: "", cover: "", statements: [], unsourced: [], contradictions: [] };
    const metadata = { title: "", description: "", keywords: [], slug: "" };
    return (await usedOrNamed({ output: { ...output, metadata } }, folder)).value;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FERRY = "<p>The ferry Ada crosses the sound in nine minutes.</p>";
const CARRIES = "<li>It carries 240 people and 30 cars.</li>";
const TABLE = "<td>2021</td><td>410</td></tr><tr><td>2022</td><td>388</td>";

test("what opens on a statement, and rows with figures, are statements too", async () => {
  expect(await share("")).toBe(0);
  expect(await share(FERRY)).toBe(0.25);
  expect(await share(FERRY + CARRIES)).toBe(0.5);
  expect(await share(FERRY + CARRIES + TABLE)).toBe(1);
});

test("a table may be named instead, and a changed figure is not the document's", async () => {
  expect(await share(`${FERRY}${CARRIES}<p>1 further table of the sources: “Cars of the ferry”, 3 rows of [1].</p>`)).toBe(1);
  expect(await share(FERRY + CARRIES + TABLE.replace("410", "411"))).toBe(0.75);
});
