import { readFileSync } from "node:fs";
import { type Page, readPage, type Sentence } from "./article-page.ts";
import { missing, smallWords } from "./claims-in-quotes.ts";
import { opensLeftBehind } from "./left-behind.ts";
import { essence, occurs, readFolder, withoutTags } from "./source-text.ts";

/** The last line of `armada demo --json`, as far as it is judged. `article`, `html` and `cover` are paths. */
export type Citation = { readonly file: string; readonly quote: string };
export type DemoResult = {
  readonly output: {
    readonly article: string;
    readonly html: string;
    readonly cover: string;
    readonly metadata: {
      readonly title: string;
      readonly description: string;
      readonly keywords: readonly string[];
      readonly slug: string;
    };
    readonly statements: readonly { readonly text: string; readonly source: Citation }[];
    readonly unsourced: readonly string[];
    readonly contradictions: readonly { readonly about: string; readonly places: readonly Citation[] }[];
  };
};
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly target: string;
  readonly ok: boolean;
  readonly detail?: string;
};

/** `short`: the material is too thin for 500 words and three sections, so neither is asked; nor are two documents a section. */
export function judgeArticle({ output }: DemoResult, folder: string, options: { readonly short?: boolean } = {}): Figure[] {
  const documents = readFolder(folder);
  const markdown = readFileSync(output.article, "utf8");
  const html = readFileSync(output.html, "utf8");
  const page = readPage(markdown, [...output.statements.map(({ text }) => text), ...output.unsourced]);
  const sentences = [...page.standfirst, ...page.sections.flatMap((section) => section.sentences)];
  const small = smallWords(documents.values());
  const stated = new Map(output.statements.map((statement) => [essence(statement.text), statement]));
  const unsourced = new Set(output.unsourced.map(essence));
  const unknown = sentences.filter(({ text }) => !stated.has(essence(text)));
  const words = sentences.reduce((sum, { text }) => sum + wordsOf(text).length, 0);
  const thin = page.sections.filter((section) => new Set(section.sentences.flatMap(({ cites }) => cites)).size < 2);

  return [
    none(
      "quotes that are not in their file",
      output.statements.filter(({ source }) => !quoted(source, documents)).map(({ source }) => `${source.file}: ${source.quote}`),
    ),
    none(
      "statements with a figure, date or name that their quote lacks",
      output.statements.flatMap(({ text, source }) => lacks(missing(text, source.quote, small), text)),
    ),
    none(
      "statements that are not on the page",
      output.statements.filter(({ text }) => !onPage(text, sentences)).map(({ text }) => text),
    ),
    {
      name: "share of sentences that are statements",
      value: sentences.length === 0 ? 0 : (sentences.length - unknown.length) / sentences.length,
      target: ">= 0.9",
      ok: sentences.length > 0 && (sentences.length - unknown.length) / sentences.length >= 0.9,
      detail: unknown.map(({ text }) => text).join(" | "),
    },
    none(
      "sentences that are neither statement nor unsourced",
      unknown.filter(({ text }) => !unsourced.has(essence(text))).map(({ text }) => text),
    ),
    none(
      "unsourced sentences without a mark on the page",
      unknown.filter((sentence) => !sentence.marked || !markedInHtml(sentence.text, html)).map(({ text }) => text),
    ),
    none(
      "statements marked as unsourced",
      sentences.filter(({ text, marked }) => marked && stated.has(essence(text))).map(({ text }) => text),
    ),
    none("statements that do not cite their source's file", uncited(sentences, stated, page)),
    none("unsourced claims in title, standfirst or metadata", upFront(page, output, unsourced, [...documents.values()].join("\n"), small)),
    {
      name: "words",
      value: words,
      target: options.short ? "<= 1200" : "500 to 1200",
      ok: words <= 1200 && (options.short === true || words >= 500),
    },
    {
      name: "headed sections",
      value: page.sections.length,
      target: options.short ? ">= 0" : ">= 3",
      ok: options.short === true || page.sections.length >= 3,
    },
    none("sections that cite fewer than two documents", options.short ? [] : thin.map(({ heading }) => heading)),
    none("pairs of sentences more than 60 % alike", alike(sentences)),
    none(
      "sentences that open on something left behind",
      sentences.filter(({ text }) => opensLeftBehind(text)).map(({ text }) => text),
    ),
    none(
      "places of contradictions that are not in their file",
      output.contradictions.flatMap(({ places }) =>
        places.filter((place) => !quoted(place, documents)).map(({ file, quote }) => `${file}: ${quote}`),
      ),
    ),
    none(
      "sources that name no document",
      [...page.sources.values()].filter((line) => ![...documents.keys()].some((file) => line.includes(file))),
    ),
  ];
}

/** A figure that counts offences. */
function none(name: string, offences: readonly string[]): Figure {
  return {
    name,
    value: offences.length,
    target: "0",
    ok: offences.length === 0,
    ...(offences.length > 0 && { detail: offences.join(" | ") }),
  };
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{N}]+(?:[.,'’-][\p{L}\p{N}]+)*/gu) ?? [];
const quoted = ({ file, quote }: Citation, documents: ReadonlyMap<string, string>) => occurs(quote, documents.get(file) ?? "");
const lacks = (what: readonly string[], text: string) => (what.length === 0 ? [] : [`${what.join(", ")}: ${text}`]);
const onPage = (text: string, sentences: readonly Sentence[]) => sentences.some((sentence) => essence(sentence.text) === essence(text));

function uncited(
  sentences: readonly Sentence[],
  stated: ReadonlyMap<string, DemoResult["output"]["statements"][number]>,
  page: Page,
): string[] {
  return sentences
    .filter(({ text, cites }) => {
      const statement = stated.get(essence(text));
      return statement !== undefined && !cites.some((cite) => page.sources.get(cite)?.includes(statement.source.file));
    })
    .map(({ text }) => text);
}

/** The mark stands right behind the sentence: another sentence's mark in the same paragraph is not its own. */
function markedInHtml(text: string, html: string): boolean {
  const page = ` ${essence(withoutTags(html)).toLowerCase()} `;
  const wanted = essence(text).toLowerCase();
  return page.includes(` ${wanted} unsourced `) || page.includes(` ${wanted} no source `);
}

/** Title and metadata are written in capitals at will, so a capitalised word counts as a name only when no document has it at all. */
function upFront(
  page: Page,
  { metadata }: DemoResult["output"],
  unsourced: ReadonlySet<string>,
  everything: string,
  small: ReadonlySet<string>,
): string[] {
  const standfirst = page.standfirst.filter(({ text }) => unsourced.has(essence(text))).map(({ text }) => text);
  const spoken = new Set([...everything.matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word.toLowerCase()));
  const invented = [page.title, metadata.title, metadata.description, ...metadata.keywords].flatMap((line) => {
    const repeats = [...unsourced].some((claim) => claim !== "" && essence(line).includes(claim));
    return [...(repeats ? [line] : []), ...missing(line, everything, small).filter((word) => !spoken.has(word.toLowerCase()))];
  });
  return [...standfirst, ...invented];
}

function alike(sentences: readonly Sentence[]): string[] {
  const sets = sentences.map(({ text }) => ({ text, words: new Set(wordsOf(text.toLowerCase())) }));
  return sets.flatMap((one, at) =>
    sets.slice(at + 1).flatMap((two) => {
      const shared = [...one.words].filter((word) => two.words.has(word)).length;
      return shared / Math.max(1, one.words.size + two.words.size - shared) > 0.6 ? [`${one.text} / ${two.text}`] : [];
    }),
  );
}
