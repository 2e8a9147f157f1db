import { ArmadaError } from "@armada/contracts";
import { extractText, titleOf } from "./text-extraction.ts";

/** A document as it is kept. */
export type DocumentFile = {
  /** Its name or path; the ending says what form it has: `.md`, `.markdown`, `.html`, `.htm`, `.txt`, … */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Media type (`text/html; charset=windows-1252`); where it is given it rules over the ending. */
  readonly type?: string;
};

export type DocumentBlock = {
  readonly kind: "heading" | "paragraph" | "item" | "row";
  /** 1 to 6, of a heading. */
  readonly level?: number;
  /** One line, without markup; the cells of a row are parted by ` | `. */
  readonly text: string;
};

/** What a reader of a document sees of it. */
export type Document = {
  /** The first heading, else what the document calls itself, else its name without ending. */
  readonly title: string;
  readonly blocks: readonly DocumentBlock[];
  /** The blocks as lines, an empty line between: `# ` a heading, `- ` an item, `| ` a row. Read again as plain text it is the same. */
  readonly text: string;
};

/**
 * Reads a document as people read it.
 * @throws ArmadaError `UNREADABLE_DOCUMENT`: its message says why, in words that follow the document's name
 */
export async function readDocument({ path, bytes }: DocumentFile): Promise<Document> {
  const text = extractText(path, decode(bytes));
  return { title: titleOf(path, text), blocks: blocksOf(text), text };
}

function decode(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\u0000")) return text;
  } catch (cause) {
    throw new ArmadaError("UNREADABLE_DOCUMENT", "it is not UTF-8 text", { cause });
  }
  throw new ArmadaError("UNREADABLE_DOCUMENT", "it is not UTF-8 text");
}

function blocksOf(text: string): DocumentBlock[] {
  return text.split("\n\n").flatMap((line): DocumentBlock[] => {
    const heading = /^(#{1,6}) (.*)$/u.exec(line);
    if (heading?.[1] !== undefined) return [{ kind: "heading", level: heading[1].length, text: heading[2] ?? "" }];
    if (line.startsWith("- ")) return [{ kind: "item", text: line.slice(2) }];
    if (line.startsWith("| ")) return [{ kind: "row", text: line.slice(2) }];
    return line === "" ? [] : [{ kind: "paragraph", text: line }];
  });
}
