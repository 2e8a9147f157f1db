import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonOf } from "./json-argument.ts";

test("JSON comes from the argument or from a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "armada-json-"));
  try {
    await writeFile(join(folder, "input.json"), '{"n":9007199254740991}');
    expect(await jsonOf(`@${join(folder, "input.json")}`, "--input")).toEqual({ n: 9007199254740991 });
    expect(await jsonOf("null", "--input")).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['{"a":[{"ref":1524831183200260097}]}', "INPUT_INVALID", "--input.a.0.ref: numbers beyond 2^53"],
  ['{"a":{"$object":"x"}}', "INPUT_INVALID", "--input.a.$object: a member may not be named $object"],
  ["{a:1}", "BAD_JSON", "--input: "],
  ["@nowhere.json", "FILE_UNREADABLE", "--input: nowhere.json is not there"],
  ["@libs", "FILE_UNREADABLE", "--input: "],
  ["@README.md", "BAD_JSON", "--input: "],
])("%s is refused, with where", async (text, code, message) => {
  await expect(jsonOf(text, "--input")).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});
