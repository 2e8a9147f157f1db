import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument, splitSentences } from "@armada/text";
import { atLeast, type Figure } from "../../harness/proof.ts";
import { documentsOf } from "./article-folders.ts";
import type { DemoResult } from "./article-judge.ts";
import { opensLeftBehind } from "./left-behind.ts";
import { occurs, withoutTags } from "./source-text.ts";

/** Words of a sentence: a shorter one says little. */
const LEAST_WORDS = 6;

/**
 * How much of what the documents say on the topic the page states, shows, or says to have left out: sentences and rows with figures, with a
 * word of the topic in them or in a heading above them, and sentences that open on such a one.
 */
export async function usedOrNamed({ output }: Pick<DemoResult, "output">, folder: string): Promise<Figure> {
  const html = readFileSync(output.html, "utf8");
  const page = withoutTags(html.replaceAll(/<span title="([^"]*)">/gu, " $1 "));
  const namesTables = /\bfurther tables? of the sources\b/u.test(page);
  const relevant: { text: string; shown: boolean }[] = [];
  for (const file of documentsOf(folder))
    for (const { text, row } of await statementsOf(join(folder, file), topicOf(folder)))
      relevant.push({ text: `${file}: ${text}`, shown: occurs(text, page) || (row && namesTables) });
  const lost = relevant.filter(({ shown }) => !shown).map(({ text }) => text);
  return atLeast(
    "share of what the documents say on the topic that is used or said to be left out",
    relevant.length === 0 ? 1 : (relevant.length - lost.length) / relevant.length,
    2 / 3,
    lost.slice(0, 5).join(" | "),
  );
}

async function statementsOf(path: string, topic: string): Promise<{ text: string; row: boolean }[]> {
  const { blocks } = await readDocument({ path, bytes: readFileSync(path) });
  const onTopic = (text: string): boolean => stemsOf(text).some((one) => stemsOf(topic).includes(one));
  const found: { text: string; row: boolean }[] = [];
  let headings: string[] = [];
  for (const { kind, level = 1, text } of blocks) {
    if (kind === "heading") headings = [...headings.slice(0, level - 1), text];
    if (kind === "row" && /\d/u.test(text) && onTopic([...headings, text].join(" "))) found.push({ text, row: true });
    if (kind !== "paragraph" && kind !== "item") continue;
    let before = false;
    for (const sentence of splitSentences(text)) {
      const relevant: boolean = onTopic([...headings, sentence].join(" ")) || (before && opensLeftBehind(sentence));
      if (relevant && /^["“‘'(]?[\p{Lu}\p{N}].*[.!]["”’)\]]*$/u.test(sentence) && sentence.split(/\s+/u).length >= LEAST_WORDS)
        found.push({ text: sentence, row: false });
      before = relevant;
    }
  }
  return found;
}

function topicOf(folder: string): string {
  const brief = join(folder, "brief.json");
  if (existsSync(brief)) return JSON.parse(readFileSync(brief, "utf8")).topic;
  return (
    readdirSync(join(folder, ".."))
      .find((name) => folder.endsWith(name))
      ?.replaceAll(/[-_]/gu, " ") ?? ""
  );
}

/** Words of four letters and more without endings. */
function stemsOf(text: string): string[] {
  return (text.toLowerCase().match(/\p{L}{4,}/gu) ?? [])
    .filter((word) => !/^(?:with|from|that|this|their|what|when|where|about|into|over)$/u.test(word))
    .map((word) => word.replace(/(?:ies|es|ed|ing|s)$/u, ""));
}
