import { withoutCutLines } from "./line-ends.ts";
import { oneLine, type TextBlock } from "./plain-text.ts";
import { readTurns } from "./turns.ts";

const TIME = String.raw`(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}`;
const CUE = new RegExp(`^\\s*${TIME}\\s*-->\\s*${TIME}.*$`, "mu");

export function isSubtitles(text: string): boolean {
  return /^WEBVTT(?:\s|$)/u.test(text) || new RegExp(`^\\s*(?:\\d+\\s*\\n)?${CUE.source}`, "u").test(text);
}

/**
 * The words of SubRip and WebVTT: times, cue numbers, notes and styles are left out, and cues are joined where a sentence goes on.
 * What a cue repeats of the one before it (rolling captions) is said once. `<v Name>` and `NAME:` begin a speaker's turn.
 */
export function readSubtitles(text: string): TextBlock[] {
  const said: string[] = [];
  for (const cue of text.split(/\n[ \t]*\n/u)) {
    const lines = cue.split("\n");
    const at = lines.findIndex((line) => CUE.test(line));
    if (at < 0) continue;
    for (const line of lines.slice(at + 1)) {
      const plain = oneLine(
        line
          .replace(/<v(?:\.[^ >]*)?\s+([^>]+)>/giu, "\u0001$1: ")
          .replaceAll(/<[^>]*>|\{\\[^}]*\}/gu, "")
          .replaceAll(/[[(][\p{Lu}\s]{3,40}[\])]|♪/gu, "")
          .replace(/^\s*\p{Lu}[\p{Lu}.' -]{1,30}:\s+/u, "\u0001")
          .replace(/^\s*(?:>>\s*|[-–]\s+(?=\p{Lu}))/u, "\u0001")
          .replaceAll("\u0001", "‹"),
      );
      if (plain !== "" && plain !== said.at(-1)) said.push(plain);
    }
  }
  const turns = said.reduce<string[]>((lines, line) => {
    const last = lines.at(-1);
    // A new speaker, or a sentence that has ended before a pause of the text's own: a paragraph of its own.
    if (last === undefined || line.startsWith("‹") || /^\p{Lu}[\p{L}.' -]{1,30}:\s/u.test(line)) lines.push(line.replace("‹", ""));
    else lines[lines.length - 1] = withoutCutLines(`${last}\n${line}`).replace("\n", " ");
    return lines;
  }, []);
  return readTurns(turns.join("\n\n")) ?? turns.map((line) => ({ kind: "paragraph", level: 0, text: line }));
}
