/** What a row of a listing may hold of a text, in characters. */
const MOST = 160;

/**
 * A text as part of a line: breaks and what a terminal would obey become spaces, and what is too long is cut, which a `…` behind
 * its last letter shows. `indent`: spaces in front that stay.
 */
export function oneLine(text: string, indent = 0): string {
  const flat = text.replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const letters = Array.from(flat);
  const cut =
    letters.length <= MOST
      ? flat
      : `${letters
          .slice(0, MOST - 1)
          .join("")
          .trimEnd()}…`;
  return `${" ".repeat(indent)}${cut}`;
}

/** A text that was cut, as `oneLine` leaves it, or rows of which some are left out; a step's mark is none. */
const CUT = /\S…|…\n|… \(/u;

/** Where what is cut of lines stands as a whole; no line where nothing is cut. */
export function theWhole(lines: string, command: string): string[] {
  return CUT.test(lines) ? [`the whole of what is cut: ${command}`] : [];
}
