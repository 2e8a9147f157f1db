import { expect, test } from "vitest";
import { onTopic } from "./on-topic.ts";

const source = (name: string, text: string) => ({ name, text });
const lake = source("lake.md", "# Lake Orran\n\nLake Orran is the deepest lake of the county.");
const left = (topic: string, ...sources: { name: string; text: string }[]) => onTopic(topic, sources).skipped.map(({ file }) => file);

test("a document on another thing with a like name is left out, and called what it is called", () => {
  const fell = source("fell.md", "# Orran Fell\n\nOrran Fell is 1,240 metres high. The hut on Orran Fell has 24 beds.");
  expect(onTopic("Lake Orran", [lake, fell]).skipped).toEqual([
    { file: "fell.md", why: 'next to nothing in it is on the topic: it is "Orran Fell"' },
  ]);
});

test("one that speaks of the topic in other words of it stays", () => {
  const diary = source("diary.txt", "We rowed over the lake before breakfast, and by noon the lake was rough.");
  expect(left("Lake Orran", lake, diary)).toEqual([]);
});

test("a long one with one paragraph on it stays, and one with a word of it by the way goes", () => {
  const padding = "The council sat until nine and spoke of the budget of the schools. ".repeat(40);
  const minutes = source("minutes.md", `${padding}\n\nA pier will be built at Lake Orran.`);
  const budget = source("budget.md", `${padding}\n\nA lake was drawn by the children.`);
  expect(left("Lake Orran", lake, minutes, budget)).toEqual(["budget.md"]);
});

test("where none is on it by itself, all stay", () => {
  expect(left("Rowing boats", source("a.md", "We were rowing all day."), source("b.md", "The boats were old."))).toEqual([]);
});

test("one on another of a make is left out", () => {
  const pump = (name: string) => source(`${name}.md`, `# Heat pump ${name}\n\nThe heat pump ${name} weighs 140 kg.`);
  expect(left("The heat pump HP-7", pump("HP-7"), pump("HP-9"))).toEqual(["HP-9.md"]);
});

test("one on another thing of the topic's place is left out", () => {
  const nursery = source("nursery.md", "The oyster nursery at Saltby Creek has 24 tanks.");
  const club = source("club.md", "# Saltby bowls club\n\nThe Saltby bowls club won seven games. The club meets by the creek at Saltby.");
  const sail = source("sail.md", "The sail loft at Saltby Creek was let to the nursery in 2021.");
  expect(left("The oyster nursery at Saltby Creek", nursery, club, sail)).toEqual(["club.md"]);
});

test("a thing called by one word may be called by another", () => {
  const works = source("works.md", "Unemployment in Spain fell. Spain has jobs.");
  expect(left("Unemployment in Spain", works, source("jobs.md", "The jobless of Spain are fewer. Jobs came to Spain."))).toEqual([]);
});
