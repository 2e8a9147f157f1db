import { splitSentences } from "./sentences.ts";

/** A document's plain text with its name. */
type Passage = { readonly name: string; readonly text: string };

/** A sentence where it stands: verbatim, with its place. */
export type Placed = {
  readonly text: string;
  /** Name of the passage. */
  readonly file: string;
  /** Position of the passage in the order that does not depend on names. */
  readonly doc: number;
  /** Running number of the sentence in its passage. */
  readonly index: number;
  /** Running number of its paragraph, and its place in there. */
  readonly block: number;
  readonly inBlock: number;
  /** Headings above it, outermost first. */
  readonly headings: readonly string[];
  readonly list: boolean;
};

/**
 * Reads a passage of plain text: one block a line, `# ` to `###### ` a heading, `- ` a list item, `| ` a table row, "` " code.
 * Headings, table rows and code hold no sentences.
 */
export function placeSentences(passage: Passage, doc: number): Placed[] {
  const placed: Placed[] = [];
  let headings: string[] = [];
  let block = 0;
  for (const line of passage.text.split("\n")) {
    const text = line.trim();
    if (text === "" || /^[|`] /u.test(text)) continue;
    const heading = /^(#{1,6}) (.+)$/u.exec(text);
    if (heading?.[1] !== undefined && heading[2] !== undefined) {
      headings = [...headings.slice(0, heading[1].length - 1), heading[2]];
      continue;
    }
    const list = text.startsWith("- ");
    let inBlock = 0;
    for (const sentence of splitSentences(list ? text.slice(2) : text)) {
      placed.push({ text: sentence, file: passage.name, doc, index: placed.length, block, inBlock, headings, list });
      inBlock++;
    }
    block++;
  }
  return placed;
}

/** Passages in an order that renaming does not change: by text, and by name only where texts are equal. */
export function inOrder(material: readonly Passage[]): Passage[] {
  return [...material].sort((a, b) => compare(a.text, b.text) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
