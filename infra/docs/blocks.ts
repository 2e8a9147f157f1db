/** A fenced block of a page, or what the page says about the terminal that a command of it stays in. */
export type Block =
  | { readonly kind: (typeof KINDS)[number]; readonly text: string; readonly line: number; readonly note: string | undefined }
  | { readonly kind: "ctrl-c"; readonly line: number };

const KINDS = ["sh", "ts", "json", "text", "py", "go", "sql", "yaml"] as const;
const NOTES =
  /^(?:stays until Ctrl-C|fails|again until it says so|comes in the other terminal|shown|from a registry|file \S+|as \S+|wants \S+)$/;
/** Nothing here checks their text, so that it has to be said what they are. */
const NOTED = ["py", "go", "sql", "yaml"];

/**
 * The blocks of a Markdown page in order. A comment `<!-- test: … -->` before a block says how to run it: `stays until
 * Ctrl-C` (its own terminal), `fails` (another exit code than 0 is wanted), `again until it says so` (a reader would look again, until
 * the text that follows is there), `comes in the other terminal` (the text is said there, at once or a moment later), `file PATH` (the
 * block is that file), `as PATH` (it stands in that file of the checkout), `shown` (it stands
 * nowhere else), `from a registry` (the proof own-repository types it, whose packages are in one), `wants PROGRAM` (it is run where the machine has it, and only there is the text that follows compared);
 * `<!-- test: Ctrl-C -->` alone ends what stays. @throws Error for another language or note, and for a fence that is not closed
 */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let note: string | undefined;
  let open: { kind: (typeof KINDS)[number]; line: number; lines: string[] } | undefined;
  for (const [index, text] of page.split("\n").entries()) {
    const line = index + 1;
    if (open !== undefined) {
      if (text !== "```") {
        open.lines.push(text);
        continue;
      }
      if (NOTED.includes(open.kind) && note === undefined) throw new Error(`line ${open.line}: nothing says what this ${open.kind} is`);
      blocks.push({ kind: open.kind, text: open.lines.join("\n"), line: open.line, note });
      [open, note] = [undefined, undefined];
      continue;
    }
    const said = /^<!-- test: (.*) -->$/.exec(text)?.[1];
    if (said === "Ctrl-C") blocks.push({ kind: "ctrl-c", line });
    else if (said !== undefined) {
      if (!NOTES.test(said)) throw new Error(`line ${line}: the test does not know "${said}"`);
      note = said;
    }
    const fence = /^```(.*)$/.exec(text)?.[1];
    if (fence === undefined) continue;
    const kind = KINDS.find((one) => one === fence);
    if (kind === undefined) throw new Error(`line ${line}: a block is ${KINDS.join(", ")}, not "${fence}"`);
    open = { kind, line, lines: [] };
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block is not closed`);
  return blocks;
}

/**
 * The lines of `wanted` that `output` does not hold in this order. Ids, times, lengths of time and numbers differ between
 * runs and are taken as equal, and so is white space.
 */
export function missingLines(wanted: string, output: string): string[] {
  const there = output.split("\n").map(likeness);
  let from = 0;
  return wanted.split("\n").filter((line) => {
    const like = likeness(line);
    const at = like === "" || like === "…" ? from : there.indexOf(like, from);
    if (at < 0) return true;
    from = like === "" || like === "…" ? from : at + 1;
    return false;
  });
}

/** Whether `text` stands in `file`, whatever is indented or empty, and without lines that only comment. */
export function standsIn(text: string, file: string): boolean {
  const code = (whole: string): string => {
    const lines = whole.split("\n").map((line) => line.trim());
    return lines.filter((line) => line !== "" && !/^(?:--|\/\/)/.test(line)).join("\n");
  };
  return code(file).includes(code(text));
}

function likeness(line: string): string {
  return line
    .replaceAll(/\u001b\[[\d;]*m/g, "")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/(?<![\w-])(?:[A-Za-z0-9_-]{22}(?:-\d+)?|[a-z_]+-[a-z0-9]{8})(?![\w-])/g, "ID")
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s|min)\b(?: \d+ s\b)?/g, "LENGTH")
    .replaceAll(/\d+(?:\.\d+)?/g, "N")
    .replaceAll(/\s+/g, " ")
    .trim();
}
