/** "On Tue, 4 Mar 2025 at 10:12, Ada Cole <ada@example.org> wrote:", on one line or two. */
const WROTE = /^[> ]*On (?=[^\n]*\d)[^\n]{6,160}(?:\n[> ]*[^\n]{0,120})?\bwrote:[ \t]*$/mu;
const HEADER = /^[> ]*(?:From|Sent|Date|To|Cc|Subject|Reply-To): .*$/iu;
const FORWARDED = /^[> ]*-{2,} ?(?:Original|Forwarded) message ?-{2,}[ \t]*$/iu;

/**
 * A text without what a mail repeats of another: the lines that it quotes under "On … wrote:", the head of a mail that it passes on, and
 * the signature below `-- `. Where lines are quoted by themselves, they stay, without their marks.
 */
export function withoutMailQuotes(text: string): string {
  if (!/^[> ]*(?:On .*|.*wrote:|-- |-{2,} ?(?:original|forwarded).*)$|^>/imu.test(text)) return text;
  let left = text;
  for (let match = WROTE.exec(left); match !== null; match = WROTE.exec(left)) {
    const after = left.slice(match.index + match[0].length);
    const quoted = /^\n(?:[ \t]*\n)?(?:>[^\n]*(?:\n|$))+/u.exec(after)?.[0] ?? "";
    left = `${left.slice(0, match.index)}\n${after.slice(quoted.length)}`;
  }
  const lines: string[] = [];
  let isHead = false;
  let isSigned = false;
  for (const line of left.split("\n")) {
    if (FORWARDED.test(line)) {
      isHead = true;
      lines.push("");
      continue;
    }
    if (isHead && (HEADER.test(line) || /^[> ]*$/u.test(line))) {
      lines.push("");
      continue;
    }
    isHead = false;
    isSigned = line === "-- " || (isSigned && line.trim() !== "");
    if (!isSigned) lines.push(line);
  }
  return lines.join("\n");
}

/** Plain text in which lines of a paragraph are quoted, without the marks. "> 5 km" by itself is a figure. */
export function withoutQuoteMarks(text: string): string {
  return text.replaceAll(/(?:^>[^\n]*(?:\n|$)){2,}/gmu, (lines) => lines.replaceAll(/^(?:> ?)+/gmu, ""));
}
