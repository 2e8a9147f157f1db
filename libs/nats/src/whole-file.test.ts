import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeWhole, writeWhole } from "./whole-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-whole-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a file is written whole; what a killed writer of it left goes with the next one, what others write stays", async () => {
  const long = new Date("2026-01-01T00:00:00Z");
  const put = async (name: string, at?: Date): Promise<void> => {
    await writeFile(join(folder, name), "half");
    if (at !== undefined) await utimes(join(folder, name), at, at);
  };
  await put("a.nk.17.1.new", long); // killed in the middle
  await put("a.nk.18.2.new"); // at work now
  await put("a.nk.old.new", long);
  await put("b.nk.17.1.new", long);
  await writeWhole(join(folder, "a.nk"), "whole");
  expect((await readdir(folder)).sort()).toEqual(["a.nk", "a.nk.18.2.new", "a.nk.old.new", "b.nk.17.1.new"]);
  expect(await makeWhole(join(folder, "b.nk"), "first")).toBe(true);
  expect(await makeWhole(join(folder, "b.nk"), "second")).toBe(false);
  expect((await readdir(folder)).sort()).toEqual(["a.nk", "a.nk.18.2.new", "a.nk.old.new", "b.nk"]);
  expect(await Promise.all(["a.nk", "b.nk"].map((name) => readFile(join(folder, name), "utf8")))).toEqual(["whole", "first"]);
});
