import { splitSentences } from "@armada/text";
import { cut } from "./seo-metadata.ts";
import { listParam, numberParam, type Task, textParam } from "./task.ts";

/**
 * `write_post`: params `channel`, `title`, `keywords`, `most` (characters; 280 unless said); material: what the post may say.
 * Answers `{ text }`: title and sentences of the material as far as they fit, and keywords as tags on `social`.
 */
export const writePost: Task = ({ material, params }) => {
  const most = numberParam(params, "most", 280);
  const title = textParam(params, "title");
  const sentences = material.flatMap(({ text }) => text.split("\n")).flatMap((line) => splitSentences(line.trim()));
  if (sentences.length === 0) return undefined;
  return {
    text:
      textParam(params, "channel") === "email"
        ? email(title, sentences, most)
        : social(title, sentences, tags(listParam(params, "keywords")), most),
  };
};

function social(title: string, sentences: readonly string[], marks: readonly string[], most: number): string {
  const tail = marks.length === 0 ? "" : `\n${marks.join(" ")}`;
  const room = most - tail.length;
  const head = title === "" ? "" : `${title}\n`;
  const body = sentences.find((one) => head.length + one.length <= room);
  return body === undefined ? `${cut(`${head}${sentences[0] ?? ""}`, room)}${tail}` : `${head}${body}${tail}`;
}

function email(title: string, sentences: readonly string[], most: number): string {
  const lines = [`Subject: ${title}`, ""];
  for (const sentence of sentences) {
    if (lines.join("\n").length + sentence.length + 3 > most) break;
    lines.push(`- ${sentence}`);
  }
  return lines.join("\n");
}

function tags(keywords: readonly string[]): string[] {
  return keywords
    .slice(0, 3)
    .map((word) => `#${word.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "")}`)
    .filter((tag) => tag.length > 1);
}
