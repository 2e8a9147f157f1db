import { ArmadaError } from "@armada/contracts";
import { decode, evened } from "./encoding.ts";
import { withoutCutLines } from "./line-ends.ts";
import { withoutMailQuotes, withoutQuoteMarks } from "./mail.ts";
import { readPlain, type TextBlock } from "./plain-text.ts";
import { withoutFurniture } from "./site-furniture.ts";
import { isSubtitles, readSubtitles } from "./subtitles.ts";
import { textOfBlocks, titleOf } from "./text-extraction.ts";
import { readTurns } from "./turns.ts";

/** A document as it is kept. */
export type DocumentFile = {
  /** Its name or path; the ending says what form it has (`DOCUMENT_ENDINGS`); any other is read as plain text. */
  readonly path: string;
  /** A string is text whose characters are known already: nothing that the document says of its encoding counts. */
  readonly bytes: Uint8Array | string;
  /** Media type (`text/html; charset=windows-1252`); where it is given it rules over the ending. */
  readonly type?: string;
};

/** A heading, a paragraph, an item, a row or a piece of code, as a reader sees it. */
export type DocumentBlock = {
  readonly kind: TextBlock["kind"];
  /** 1 to 6, of a heading. */
  readonly level?: number;
  /** One line, without markup; the cells of a row are parted by ` | `. */
  readonly text: string;
};

/** What a reader of a document sees of it. */
export type Document = {
  /** The first heading, else what the document calls itself, else its name without ending. */
  readonly title: string;
  /** What it calls itself apart from its headings: a page's `title`, front matter's, a PDF's. */
  readonly called?: string;
  readonly blocks: readonly DocumentBlock[];
  /** The blocks as lines, an empty line between: `# ` a heading, `- ` an item, `| ` a row, "` " code. Read again as plain text it is the same. */
  readonly text: string;
};

/** Why a document is left out, in words that follow its name. */
export type UnreadableDocument = { readonly unreadable: string };

type Form = "html" | "markdown" | "plain" | "csv" | "subtitles" | "pdf";
/** A document before what repeats over its site is taken away. */
type Parsed = { readonly title: string | undefined; readonly blocks: readonly (TextBlock & { readonly layout?: string })[] };

const ENDINGS: Readonly<Record<string, Form>> = {
  md: "markdown",
  markdown: "markdown",
  mdx: "markdown",
  html: "html",
  htm: "html",
  xhtml: "html",
  txt: "plain",
  text: "plain",
  csv: "csv",
  tsv: "csv",
  srt: "subtitles",
  vtt: "subtitles",
  pdf: "pdf",
};
const TYPES: Readonly<Record<string, Form>> = {
  "text/html": "html",
  "application/xhtml+xml": "html",
  "text/markdown": "markdown",
  "text/plain": "plain",
  "text/csv": "csv",
  "text/tab-separated-values": "csv",
  "application/x-subrip": "subtitles",
  "text/vtt": "subtitles",
  "application/pdf": "pdf",
};
/** The endings of files that are read as documents, without the point. */
export const DOCUMENT_ENDINGS: readonly string[] = Object.keys(ENDINGS);

/**
 * Reads a document as people read it.
 * @throws ArmadaError `UNREADABLE_DOCUMENT`: its message says why, in words that follow the document's name
 */
export async function readDocument(file: DocumentFile): Promise<Document> {
  return documentOf(file.path, await parse(file));
}

/**
 * Reads documents that stand beside each other, each as `readDocument` does, without the furniture of a site: what repeats on
 * pages of one layout, in the same place of it, is the site's and no agreement of sources.
 *
 * @returns in the order given: the document, or why it cannot be read
 */
export async function readDocuments(files: readonly DocumentFile[]): Promise<(Document | UnreadableDocument)[]> {
  const parsed: (Parsed | UnreadableDocument)[] = [];
  for (const file of files) parsed.push(await parse(file).catch(unreadable));
  const left = withoutFurniture(parsed.map((one) => ("unreadable" in one ? [] : one.blocks)));
  return files.flatMap((file, i) => {
    const one = parsed[i];
    if (one === undefined) return [];
    return "unreadable" in one ? one : documentOf(file.path, { ...one, blocks: left[i] ?? one.blocks });
  });
}

function unreadable(error: unknown): UnreadableDocument {
  if (error instanceof ArmadaError && error.code === "UNREADABLE_DOCUMENT") return { unreadable: error.message };
  throw error;
}

function documentOf(path: string, { title, blocks }: Parsed): Document {
  const text = textOfBlocks(blocks);
  return {
    title: /^#{1,6} /mu.test(text) ? titleOf(path, text) : (title ?? titleOf(path, text)),
    ...(title !== undefined && { called: title }),
    blocks: readPlain(text).map(({ kind, level, text: line }) => ({ kind, text: line, ...(level > 0 && { level }) })),
    text,
  };
}

async function parse({ path, bytes, type }: DocumentFile): Promise<Parsed> {
  const form = formOf(path, type);
  if (form === "pdf") return (await import("./pdf.ts")).readPdf(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  const text = typeof bytes === "string" ? evened(bytes) : decode(bytes, type, form === "html");
  if (form === "html") return (await import("./html/html-document.ts")).readHtml(text);
  if (form === "csv") return { title: undefined, blocks: await (await import("./csv.ts")).readCsv(text) };
  if (form === "subtitles" || isSubtitles(text)) return { title: undefined, blocks: readSubtitles(text) };
  const own = withoutCutLines(withoutMailQuotes(text));
  const turns = readTurns(own);
  if (turns !== undefined) return { title: undefined, blocks: turns };
  if (form === "markdown") return (await import("./markdown.ts")).readMarkdown(own);
  return { title: undefined, blocks: readPlain(withoutQuoteMarks(own)) };
}

function formOf(path: string, type: string | undefined): Form {
  const media = type?.split(";")[0]?.trim().toLowerCase() ?? "";
  const ending = /\.([a-z0-9]+)$/iu.exec(path)?.[1]?.toLowerCase() ?? "";
  return (
    (Object.hasOwn(TYPES, media) ? TYPES[media] : undefined) ?? (Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined) ?? "plain"
  );
}
