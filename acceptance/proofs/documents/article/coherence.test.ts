import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument, splitSentences } from "@armada/text";
import { expect, test } from "vitest";
import { drawing } from "../contradictions/contradiction-drawing.ts";
import { articleFolders, documentsOf } from "./article-folders.ts";
import { articleCoherence, coherenceOf, shuffledWithin } from "./coherence.ts";

const TOLD = [
  "The harbour tram links the quay and the hospital of the town.",
  "The town planned the tram in 2015.",
  "The council approved the plan for the tram in 2019.",
  "The tram opened in 2024 with 14 cars.",
];

test("a section told in order scores higher than the same one backwards", () => {
  expect(coherenceOf(TOLD)).toBeGreaterThan(coherenceOf([...TOLD].reverse()));
});

test("sentences about one thing side by side score higher than mixed with others", () => {
  const together = [
    "Seals rest on the bank.",
    "The seals on the bank are grey.",
    "The gearbox has a new bearing.",
    "The bearing of the gearbox is steel.",
  ];
  const [a = "", b = "", c = "", d = ""] = together;
  expect(coherenceOf(together)).toBeGreaterThan(coherenceOf([a, c, b, d]));
});

test("shuffling keeps each section's sentences", () => {
  const sections = [{ sentences: [1, 2, 3, 4, 5] }, { sentences: [6] }];
  const shuffled = shuffledWithin(sections, drawing(4));
  expect(shuffled.map(({ sentences }) => [...sentences].sort((one, two) => one - two))).toEqual(sections.map(({ sentences }) => sentences));
  expect(shuffled).not.toEqual(sections);
});

test("an article without a section of two sentences has no order to judge", () => {
  expect(articleCoherence([{ sentences: [{ text: "One.", cites: [], marked: false }] }])).toBe(0);
});

test("knows the order that people gave their sentences from a drawn one, in four folders of five", async () => {
  const draw = drawing(3);
  const worse: string[] = [];
  const folders = articleFolders("");
  for (const { name, path } of folders) {
    const sections = (await Promise.all(documentsOf(path).map((file) => sectionsOf(path, file)))).flat();
    const shuffled = Array.from({ length: 40 }, () => articleCoherence(shuffledWithin(sections, draw)));
    if (articleCoherence(sections) <= shuffled.reduce((sum, score) => sum + score, 0) / shuffled.length) worse.push(name);
  }
  expect(folders.length).toBeGreaterThanOrEqual(15);
  expect(worse.length, worse.join(", ")).toBeLessThanOrEqual(folders.length / 5);
});

/** A document's own sections of two sentences and more. */
async function sectionsOf(folder: string, file: string): Promise<{ sentences: { text: string; cites: []; marked: false }[] }[]> {
  const { blocks } = await readDocument({ path: file, bytes: readFileSync(join(folder, file)) });
  const sections: string[][] = [[]];
  for (const { kind, text } of blocks)
    if (kind === "heading") sections.push([]);
    else if (kind === "paragraph") sections.at(-1)?.push(...splitSentences(text));
  return sections
    .filter(({ length }) => length > 1)
    .map((texts) => ({ sentences: texts.map((text) => ({ text, cites: [], marked: false })) }));
}
