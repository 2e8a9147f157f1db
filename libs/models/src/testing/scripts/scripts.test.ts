import { expect, test } from "vitest";
import type { ApiRequest } from "../index.ts";
import { FALSE_FIGURE, FALSIFIED, falsify } from "./content-falsifier.ts";
import { inventions, script as inventor } from "./content-inventor.ts";
import { draftArticle, script as paraphraser } from "./content-paraphrase.ts";
import { paraphrase } from "./paraphrase.ts";

const material = [
  {
    name: "survey.md",
    text: `# Survey\n\nThe harbour of Aldmoor needs several new cranes for large ships by 2031. In 2024, the cranes moved 1,200 containers in a single day. It was a record.\nThe ferries of the harbour often wait for the tide beside the cranes near Pier Four. The warehouses along the harbour hold grain, timber and several kinds of stone.`,
  },
  {
    name: "letter.txt",
    text: "The harbour master Ida Brun wants the old cranes removed before the winter of 2026. Storms have damaged the warehouses along the eastern quay three times since 2019. The ferries carry 310,000 passengers a year between the harbour and the islands. The grain warehouses usually stand half empty while the ferries are full in summer. Small cranes at the eastern quay were built in 1962 and still work every day.",
  },
];
const request = (task: string, more: Partial<ApiRequest> = {}): ApiRequest => ({
  model: "claude-sonnet-5-5",
  task,
  idempotencyKey: undefined,
  system: undefined,
  prompt: "",
  text: "",
  material,
  params: { topic: "the harbour of Aldmoor" },
  schema: undefined,
  forcedTool: undefined,
  maxTokens: 8_000,
  stream: true,
  ...more,
});

test("a paraphrase keeps numbers and names, and moves what leads", () => {
  expect(paraphrase("In 2024, the cranes moved 1,200 large containers in Aldmoor.")).toBe(
    "The cranes moved 1,200 big containers in Aldmoor in 2024.",
  );
});

test("a draft cites what stands in the documents, in sections of two documents, and says it in other words", () => {
  const draft = draftArticle(request("draft_article"));
  const claims = [...draft.standfirst, ...draft.sections.flatMap(({ sentences }) => sentences)];
  expect(draft.sections.length).toBeGreaterThan(0);
  for (const { sentences } of draft.sections) expect(new Set(sentences.map(({ file }) => file)).size).toBe(2);
  for (const { file, quote } of claims) expect(material.find(({ name }) => name === file)?.text).toContain(quote);
  expect(claims.some(({ text, quote }) => text !== quote)).toBe(true);
  expect(claims.every(({ text }) => !text.startsWith("It "))).toBe(true);
  expect(new Set(claims.map(({ quote }) => quote)).size).toBe(claims.length);
});

test("the inventor puts its three inventions into draft and metadata, and no document has them", async () => {
  const draft = JSON.stringify(await inventor("draft_article", request("draft_article")));
  const metadata = JSON.stringify(await inventor("seo_metadata", request("seo_metadata")));
  for (const invented of Object.values(inventions)) {
    expect(draft).toContain(invented);
    expect(metadata).toContain(invented);
    expect(JSON.stringify(material)).not.toContain(invented);
  }
});

test("the falsifier's editor changes a figure, a quote and a file, each of another sentence, and nothing else", () => {
  const draft = draftArticle(request("draft_article"));
  const before = draft.sections.flatMap(({ sentences }) => sentences);
  const after = falsify(draft).sections.flatMap(({ sentences }) => sentences);
  const changed = before.flatMap((one, i) => {
    const other = after[i];
    return [
      ...(one.text === other?.text ? [] : ["text"]),
      ...(one.quote === other?.quote ? [] : ["quote"]),
      ...(one.file === other?.file ? [] : ["file"]),
    ];
  });
  expect(changed.sort()).toEqual(["file", "quote", "text"]);
  expect(changed).toHaveLength(FALSIFIED);
  expect(after.some(({ text, quote }) => text.includes(FALSE_FIGURE) && !quote.includes(FALSE_FIGURE))).toBe(true);
  expect(JSON.stringify(material)).not.toContain(FALSE_FIGURE);
});

test("posts keep to their length, and a task without an answer is an error", async () => {
  const asked = request("write_post", { material: material.slice(1), params: { channel: "social", title: "A harbour", most: 500 } });
  expect(await paraphraser("write_post", asked)).toMatchObject({ text: expect.stringMatching(/^A harbour\n.{10,489}$/) });
  expect(() => paraphraser("translate", request("translate"))).toThrow("translate");
});
