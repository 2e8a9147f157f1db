import { ArmadaError } from "@armada/contracts";
import { loweredText, raisedText } from "./html/marks.ts";
import { withoutCutLines } from "./line-ends.ts";
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
    const text = joined(withoutRunningHeads(pages));
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
  let open: Piece[] = [];
  let last: { readonly y: number; readonly height: number } | undefined;
  for (const [i, piece] of pieces.entries()) {
    open.push(piece);
    if (!piece.hasEOL && i < pieces.length - 1) continue;
    const line = lineOf(open);
    const base = baseOf(open);
    open = [];
    if (line === "" || base === undefined) continue;
    if (last !== undefined && Math.abs(last.y - base.y) > Math.max(last.height, base.height) * 1.75) lines.push("");
    last = base;
    lines.push(line);
  }
  return lines;
}

/** Where most characters of a line stand, and how tall they are. */
function baseOf(pieces: readonly Piece[]): { readonly y: number; readonly height: number } | undefined {
  const counts = new Map<string, { y: number; height: number; count: number }>();
  for (const { str, height, transform } of pieces) {
    if (str.trim() === "") continue;
    const y = Number(transform[5]);
    const one = counts.get(`${y} ${height}`) ?? { y, height: height || 10, count: 0 };
    one.count += str.trim().length;
    counts.set(`${y} ${height}`, one);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0];
}

/** A line's text; what is smaller and stands above or below the others is raised or lowered: `10⁴`, `CO2`, a note's mark. */
function lineOf(pieces: readonly Piece[]): string {
  const base = baseOf(pieces);
  return pieces
    .reduce((line, { str, height, transform }, i) => {
      const up = Number(transform[5]) - (base?.y ?? 0);
      const small = base !== undefined && str.trim() !== "" && height > 0 && height < base.height * 0.85;
      if (!small || Math.abs(up) < base.height * 0.08 || Math.abs(up) > base.height) return line + str;
      return line + (up > 0 ? raisedText(str, line, pieces[i + 1]?.str ?? "") : loweredText(str, line));
    }, "")
    .trim();
}

/** A line at the head or foot that most pages have, numbers apart, and a page's number. */
function withoutRunningHeads(pages: readonly (readonly string[])[]): (readonly string[])[] {
  const key = (line: string): string => line.replaceAll(/\d+/gu, "#");
  const edges = pages.map((page) => {
    const full = page.flatMap((line, i) => (line === "" ? [] : [i]));
    return new Set([...full.slice(0, 2), ...full.slice(-2)]);
  });
  const counts = new Map<string, number>();
  for (const [i, page] of pages.entries())
    for (const one of new Set([...(edges[i] ?? [])].map((at) => key(page[at] ?? "")))) counts.set(one, (counts.get(one) ?? 0) + 1);
  const isNumber = (line: string, isOutermost: boolean): boolean =>
    /^page #(?: (?:of|\/) #)?$/iu.test(key(line)) || (isOutermost && key(line) === "#");
  const running = (line: string, isOutermost: boolean): boolean =>
    isNumber(line, isOutermost) || (pages.length >= 3 && (counts.get(key(line)) ?? 0) > pages.length / 2);
  return pages.map((page, i) =>
    page.filter((line, at) => !(edges[i]?.has(at) === true && running(line, at === 0 || at === page.length - 1))),
  );
}

/** Pages as one text; what the end of a page cuts goes on on the next. */
function joined(pages: readonly (readonly string[])[]): string {
  return withoutCutLines(
    pages
      .map((page) => page.join("\n").trim())
      .filter((page) => page !== "")
      .reduce((text, page) => `${text}${/[^.!?:;”"’)\]]$/u.test(text) && /^\p{Ll}/u.test(page) ? "\n" : "\n\n"}${page}`, ""),
  );
}
