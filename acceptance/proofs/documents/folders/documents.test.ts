import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documentsOf, mixedFolders, shortFolders, subjectFolders } from "../article/article-folders.ts";
import { occurs, readFolder } from "../article/source-text.ts";
import type { PlantedSet } from "../contradictions/contradiction-judge.ts";

const sets = [
  { of: "other subjects", folders: subjectFolders(), count: 12, documents: 4, pairs: 1, decoys: 1 },
  { of: "short documents", folders: shortFolders(), count: 6, documents: 3, pairs: 1, decoys: 2 },
  { of: "mixed kinds", folders: mixedFolders(), count: 4, documents: 3, pairs: 4, decoys: 4 },
];

test.each(sets)("there are $count folders of $of, with at least $documents documents each", ({ folders, count, documents }) => {
  expect(folders).toHaveLength(count);
  for (const { path } of folders) expect(documentsOf(path).length, path).toBeGreaterThanOrEqual(documents);
});

test.each(sets)("$of: $pairs planted pairs and $decoys decoys, whose quotes stand in two different files", ({ folders, pairs, decoys }) => {
  for (const { path } of folders) {
    const set: PlantedSet = JSON.parse(readFileSync(join(path, "planted.json"), "utf8"));
    expect([set.pairs.length, set.decoys.length], path).toEqual([pairs, decoys]);
    const documents = readFolder(path);
    for (const { places } of [...set.pairs, ...set.decoys]) {
      expect(new Set(places.map(({ file }) => file)).size, path).toBe(2);
      for (const { file, quote } of places) expect(occurs(quote, documents.get(file) ?? ""), `${path}: ${quote}`).toBe(true);
    }
  }
});
