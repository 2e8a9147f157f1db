import type { Draw } from "../contradictions/contradiction-drawing.ts";
import { drawing } from "../contradictions/contradiction-drawing.ts";
import { generate } from "../contradictions/contradiction-generator.ts";

/** What a drawn page is about: its main text, before any layout. */
export type Story = {
  readonly title: string;
  readonly sections: readonly { readonly heading: string; readonly paragraphs: readonly string[] }[];
  readonly author: string;
  readonly date: string;
};

/** A page as bytes, and the text that a reader sees in its main part. */
export type DrawnPage = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: string;
  readonly expected: string;
};

/** What a layout makes of a story; `ending` is the file's, `.html` unless said. */
export type LaidOut = { readonly body: string | Uint8Array; readonly expected: string; readonly ending?: string; readonly type?: string };
export type Layout = (story: Story, draw: Draw) => LaidOut;

/** Between one and six sections of one to four paragraphs; one page in four is short. */
export function drawStory(seed: number): Story {
  const draw = drawing(seed);
  const { documents } = generate(seed);
  const parts = documents.map(({ text }) => {
    const [head = "", ...paragraphs] = text.trim().split("\n\n");
    return { heading: head.replace(/^# /u, "").replace(/:.*$/u, ""), paragraphs };
  });
  const sections = parts.slice(0, draw.integer(0, 3) === 0 ? 1 : draw.integer(3, 6));
  const place = (documents[0]?.text ?? "").split("\n", 1)[0]?.replace(/^.*: the /u, "") ?? "";
  return {
    title: draw.one([`What we know about the ${place}`, `The ${place} in figures`, `${place}: report of the working party`]),
    sections,
    author: draw.person(),
    date: `${draw.integer(1, 28)} ${draw.one(["March", "June", "October"])} ${draw.integer(2014, 2025)}`,
  };
}

/** All of it, one line a block. */
export function wholeText({ title, sections }: Story): string {
  return [title, ...sections.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs])].join("\n");
}

export function paragraphsOf({ sections }: Story): readonly string[] {
  return sections.flatMap(({ paragraphs }) => paragraphs);
}

export function sentencesOf(story: Story): readonly string[] {
  return paragraphsOf(story).flatMap((paragraph) => paragraph.split(/(?<=\.) (?=\p{Lu})/u));
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** `<tag attributes>` around each. */
export function each(tag: string, texts: readonly string[]): string {
  const name = tag.split(" ", 1)[0];
  return texts.map((text) => `<${tag}>${escapeHtml(text)}</${name}>`).join("\n");
}

/** Headings and paragraphs as most pages write them. */
export function plainBody(story: Story, level = 2): string {
  return story.sections
    .map(({ heading, paragraphs }) => `<h${level}>${escapeHtml(heading)}</h${level}>\n${each("p", paragraphs)}`)
    .join("\n");
}

export function htmlPage(title: string, body: string, head = ""): string {
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${escapeHtml(title)}</title>\n${head}\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}
