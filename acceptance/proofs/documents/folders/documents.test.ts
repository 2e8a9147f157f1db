import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documentsOf, subjectFolders } from "../article/article-folders.ts";
import { occurs, readFolder } from "../article/source-text.ts";
import type { PlantedSet } from "../contradictions/contradiction-judge.ts";

const folders = subjectFolders();

test("there are twelve folders of at least four documents", () => {
  expect(folders).toHaveLength(12);
  for (const { path } of folders) expect(documentsOf(path).length, path).toBeGreaterThanOrEqual(4);
});

test("each has one planted pair and one decoy, whose quotes stand in two different files", () => {
  for (const { path } of folders) {
    const set: PlantedSet = JSON.parse(readFileSync(join(path, "planted.json"), "utf8"));
    expect([set.pairs.length, set.decoys.length], path).toEqual([1, 1]);
    const documents = readFolder(path);
    for (const { places } of [...set.pairs, ...set.decoys]) {
      expect(new Set(places.map(({ file }) => file)).size, path).toBe(2);
      for (const { file, quote } of places) expect(occurs(quote, documents.get(file) ?? ""), `${path}: ${quote}`).toBe(true);
    }
  }
});
