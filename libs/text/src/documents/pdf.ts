import { ArmadaError } from "@armada/contracts";
import { readPlain, type TextBlock } from "./plain-text.ts";

export type PdfDocument = { readonly title: string | undefined; readonly blocks: readonly TextBlock[] };
type Piece = { readonly str: string; readonly hasEOL: boolean; readonly height: number; readonly transform: readonly unknown[] };

/**
 * The text of a PDF by its pages: lines joined to paragraphs where they go on, words joined that a line's end has cut; what stands
 * at the head or foot of most pages is left out.
 * @throws ArmadaError `UNREADABLE_DOCUMENT`: no PDF, locked, or pictures of pages without text
 */
export async function readPdf(bytes: Uint8Array): Promise<PdfDocument> {
  const { getDocumentProxy, getMeta } = await import("unpdf");
  // The library takes the buffer it is given for itself.
  const pdf = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 }).catch((cause: unknown) => {
    const locked = cause instanceof Error && /password/iu.test(cause.message);
    throw new ArmadaError("UNREADABLE_DOCUMENT", locked ? "it is a PDF that a password locks" : "it is no PDF that can be read", { cause });
  });
  try {
    const pages: string[][] = [];
    for (let number = 1; number <= pdf.numPages; number++) {
      const { items } = await (await pdf.getPage(number)).getTextContent();
      pages.push(linesOf(items.filter((item): item is typeof item & Piece => "str" in item)));
    }
    const text = withoutRunningHeads(pages).map(paragraphsOf).join("\n\n");
    if (!/\p{L}/u.test(text)) throw new ArmadaError("UNREADABLE_DOCUMENT", "it is a PDF without text (pictures of pages)");
    const { info } = await getMeta(pdf);
    const title: unknown = info.Title;
    return { title: typeof title === "string" && title.trim() !== "" ? title.trim() : undefined, blocks: readPlain(text) };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

/** Lines of a page; an empty one where the gap to the next is wider than between lines of a paragraph. */
function linesOf(pieces: readonly Piece[]): string[] {
  const lines: string[] = [];
  let line = "";
  let last: { readonly y: number; readonly height: number } | undefined;
  for (const { str, hasEOL, height, transform } of pieces) {
    const y = Number(transform[5]);
    if (line.trim() === "" && str.trim() !== "") {
      if (last !== undefined && Math.abs(last.y - y) > Math.max(last.height, height) * 1.75) lines.push("");
      last = { y, height: height || 10 };
    }
    line += str;
    if (!hasEOL) continue;
    if (line.trim() !== "") lines.push(line.trim());
    line = "";
  }
  if (line.trim() !== "") lines.push(line.trim());
  return lines;
}

/** A first or last line that most pages have, numbers apart. */
function withoutRunningHeads(pages: readonly (readonly string[])[]): (readonly string[])[] {
  const key = (line: string | undefined): string => (line ?? "").replaceAll(/\d+/gu, "#");
  const counts = new Map<string, number>();
  for (const page of pages) for (const line of new Set([key(page[0]), key(page.at(-1))])) counts.set(line, (counts.get(line) ?? 0) + 1);
  const running = (line: string): boolean =>
    /^#$/u.test(key(line)) || (pages.length >= 3 && (counts.get(key(line)) ?? 0) > pages.length / 2);
  return pages.map((page) => page.filter((line, i) => !((i === 0 || i === page.length - 1) && running(line))));
}

function paragraphsOf(lines: readonly string[]): string {
  return lines.join("\n").replaceAll(/(\p{Ll})[-\u00ad]\n(?=\p{Ll})/gu, "$1");
}
