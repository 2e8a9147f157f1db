import { essence } from "./source-text.ts";

/** An article as its Markdown shows it. */
export type Sentence = {
  readonly text: string;
  /** Numbers of the sources it cites. */
  readonly cites: readonly number[];
  /** The page says that no source carries it. */
  readonly marked: boolean;
};
export type Section = { readonly heading: string; readonly sentences: readonly Sentence[] };
export type Page = {
  readonly title: string;
  readonly standfirst: readonly Sentence[];
  readonly sections: readonly Section[];
  /** Source number to the line that describes it. */
  readonly sources: ReadonlyMap<number, string>;
};

/** Headings of the parts that are lists about the article, not the article. */
const FIXED = /^(?:figures at a glance|where the sources disagree|what they do not say|sources|left out|posts)\b/iu;
/** The one line that is about the article and stands in it. */
const COLOPHON = /^Compiled without a language model: the sentences are the sources[’'] own words\.?$/u;
const UNSOURCED = /\s*[*_]{0,3}(?:<[a-z][^>]*>)*[([][^()[\]]*(?:unsourced|no source)[^()[\]]*[)\]](?:<\/[a-z]+>)*[*_]{0,3}/giu;
/** A citation mark `[1]`, `[1, 2]`, `[^1]`, linked or raised or neither. */
const MARK = /\s*(?:<sup[^>]*>\s*)?\[{1,2}\^?(\d+(?:\s*,\s*\d+)*)\]{1,2}(?:\(#[^)]*\))?(?:\s*<\/sup>)?/gu;

/** `known` are the sentences that the result lists: where one stands in the text it is one sentence, whatever stops it contains. */
export function readPage(markdown: string, known: readonly string[]): Page {
  const parts = markdown.replace(/\r\n/gu, "\n").split(/^(?=## )/mu);
  const wanted = new Set(known.map(essence));
  const head = parts.find((part) => !part.startsWith("## ")) ?? "";
  const headed = parts
    .filter((part) => part.startsWith("## "))
    .map((part) => ({
      heading: firstLine(part)
        .replace(/^##\s+/u, "")
        .trim(),
      body: afterFirstLine(part),
    }));
  return {
    title: /^# (.+)$/mu.exec(head)?.[1]?.trim() ?? "",
    // One row of marks serves all sentences of a standfirst.
    standfirst: sentencesOf(head.replace(/^# .+$/mu, ""), wanted, true),
    sections: headed
      .filter(({ heading }) => !FIXED.test(heading))
      .map(({ heading, body }) => ({ heading, sentences: sentencesOf(body, wanted, false) })),
    sources: sourcesOf(headed.find(({ heading }) => /^sources$/iu.test(heading))?.body ?? ""),
  };
}

const firstLine = (text: string) => text.split("\n", 1)[0] ?? "";
const afterFirstLine = (text: string) => text.slice(firstLine(text).length);

function sourcesOf(body: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const line of body.split("\n")) {
    const match = /^\s*(?:[-*]\s+)?(?:<a [^>]*><\/a>\s*)?\[?\^?(\d+)\]?[.:)]?\s+(.+)$/u.exec(line);
    if (match?.[1] !== undefined) found.set(Number(match[1]), match[2] ?? "");
  }
  return found;
}

function sentencesOf(body: string, wanted: ReadonlySet<string>, shared: boolean): Sentence[] {
  return body
    .replace(/<!--[\s\S]*?-->/gu, "")
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)/u)
    .map((paragraph) => paragraph.replace(/\s+/gu, " ").trim())
    .map((paragraph) => paragraph.replace(/^(?:>\s*|[-*]\s+|\d+\.\s+)+/u, "").replace(/!\[[^\]]*\]\([^)]*\)/gu, ""))
    .filter((paragraph) => /\p{L}/u.test(paragraph) && !/^#{1,6} /u.test(paragraph) && !COLOPHON.test(bare(paragraph)))
    .flatMap((paragraph) => sentencesIn(paragraph, wanted, shared));
}

/** Marks end sentences: `‹1›` cites, `‹u›` is the mark of a sentence without a source; both stand behind the full stop. */
function sentencesIn(paragraph: string, wanted: ReadonlySet<string>, shared: boolean): Sentence[] {
  const tokens = paragraph
    .replace(UNSOURCED, "‹u›")
    .replace(MARK, "‹$1›")
    .replace(/((?:‹[^›]*›)+)([.!?]["”’)]*)/gu, "$2$1");
  const out: Sentence[] = [];
  for (const [, raw = "", marks = ""] of tokens.matchAll(/([^‹]+)((?:‹[^›]*›\s*)*)/gu)) {
    const cites = [...marks.matchAll(/\d+/gu)].map(Number);
    const pieces = joined(split(raw), wanted);
    pieces.forEach((piece, at) => {
      const text = bare(piece.replace(/<[^>]*>/gu, ""));
      if (!/[\p{L}\p{N}]/u.test(text)) return;
      const last = at === pieces.length - 1;
      out.push({ text, cites: last || shared ? cites : [], marked: last && marks.includes("u") });
    });
  }
  return out;
}

const bare = (text: string) =>
  text
    .replace(/(?<![\p{L}\p{N}\\])[*_]{1,3}|(?<!\\)[*_]{1,3}(?![\p{L}\p{N}])/gu, "")
    .replace(/\\([!-/:-@[-`{-~])/gu, "$1")
    .replace(/\s+/gu, " ")
    .trim();

/** At full stops before a capital, a digit or a quotation mark, but not after an initial or a title. */
function split(text: string): string[] {
  return text
    .split(/(?<=[.!?…]["”’)*_]*)(?<!\b(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|No|vs|approx|e\.g|i\.e|etc|cf)\.)\s+(?=["“‘*_<]*[\p{Lu}\p{N}])/u)
    .filter((piece) => piece.trim() !== "");
}

/** Joins pieces again that together are one known sentence. */
function joined(pieces: readonly string[], wanted: ReadonlySet<string>): string[] {
  const out: string[] = [];
  for (let at = 0; at < pieces.length; ) {
    let length = 1;
    for (let more = 2; more <= 6 && at + more <= pieces.length; more++)
      if (wanted.has(essence(pieces.slice(at, at + more).join(" ")))) length = more;
    out.push(pieces.slice(at, at + length).join(" "));
    at += length;
  }
  return out;
}
