import { expect, test } from "vitest";
import { blocksOf, missingLines, standsIn } from "./blocks.ts";

test("a page's blocks come in order, with what is said of them", () => {
  const page = ["<!-- test: stays until Ctrl-C -->", "```sh", "up", "```", "", "```text", "it serves", "```", "<!-- test: Ctrl-C -->"];
  expect(blocksOf(page.join("\n"))).toEqual([
    { kind: "sh", text: "up", line: 2, note: "stays until Ctrl-C" },
    { kind: "text", text: "it serves", line: 6, note: undefined },
    { kind: "ctrl-c", line: 9 },
  ]);
});

test("what would not be run is refused: another language, an unknown note, an open fence", () => {
  for (const page of ["```bash\nls\n```", "```\nls\n```", "<!-- test: sometimes -->", "```sh\nls", "```sql\nSELECT\n```"])
    expect(() => blocksOf(page)).toThrow(/line 1/);
});

test("a part of a file is told from one that is not, whatever its comments and its indentation", () => {
  const file = "-- All\nCREATE TABLE t (\n  -- One\n  id int\n);\n\nSELECT 1;";
  expect(["CREATE TABLE t (\n id int\n);", "id int\n);\nSELECT 1;", "id bigint"].map((text) => standsIn(text, file))).toEqual([
    true,
    true,
    false,
  ]);
});

test("output is compared without ids, times and numbers, and in order", () => {
  const said = "x\nUpEwhaLLKDc4ZCrkvyzzu2  completed  9.6 s  472 tokens\n├─ ✓ 1 writer   2 ms\n└─ ✓ 2 editor  completed";
  expect(missingLines("kyGadFJ8Wy5lnfQhgkpfd1  completed  51 ms  643 tokens\n…\n└─ ✓ 2 editor            completed", said)).toEqual([]);
  expect(missingLines("└─ ✓ 2 editor  completed\n├─ ✓ 1 writer  2 ms", said)).toEqual(["├─ ✓ 1 writer  2 ms"]);
  expect(missingLines("kyGadFJ8Wy5lnfQhgkpfd1  waiting  51 ms  643 tokens", said)).toHaveLength(1);
});
