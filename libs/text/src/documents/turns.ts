import { oneLine, type TextBlock } from "./plain-text.ts";

const CLOCK = String.raw`[\[(]?(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?[\])]?`;
const NAME = String.raw`(?:(?:Dr|Prof|Mr|Mrs|Ms|Sir|Dame)\.? )?\p{Lu}[\p{L}’'.-]*(?: (?:(?:van|von|de|der|den|da|di|la|le) )*\p{Lu}[\p{L}’'.-]*){0,3}`;
const ROLE = String.raw`(?:\s*[(\[][^()[\]\n]{1,40}[)\]])?`;
/** `0:01:05.0 **Ina Holt** …`, `[00:12] HOLT: …`, `**Holt (mayor):** …`, `Ina Holt: …`; a clock alone begins a turn of nobody. */
const CLOCKED = new RegExp(
  `^${CLOCK}\\s*(?:[-–—]\\s*)?(?:(?:\\*\\*|__)?(${NAME})${ROLE}(?:\\*\\*|__)?\\s*:?(?:\\*\\*|__)?(?=\\s|$)\\s*)?(.*)$`,
  "su",
);
const BOLD = new RegExp(`^(?:\\*\\*|__)(${NAME})${ROLE}:?(?:\\*\\*|__):?\\s+(.+)$`, "su");
const COLON = new RegExp(`^(${NAME})${ROLE}\\s*(?:[\\[(]${CLOCK}[\\])]\\s*)?:\\s+(.+)$`, "su");
/** `(Laughter)`, `[Music]`: what is heard and not said. */
const HEARD = /^\s*[([][^()[\]]{2,60}[)\]]\s*$/u;
/** Turns that a text must have, and the share of its paragraphs that they must be, to be a transcript. */
const LEAST = 3;
const SHARE = 0.5;

type Turn = { readonly speaker: string | undefined; readonly clocked: boolean; readonly said: string };

/**
 * What is said in a transcript, without clock, speaker and what is heard: a speaker is no heading and no part of a sentence.
 * @returns undefined where a text is no transcript
 */
export function readTurns(text: string): TextBlock[] | undefined {
  const parts = paragraphs(text);
  const turns = parts.map(turnOf);
  const named = turns.filter((turn) => turn !== undefined && (turn.speaker !== undefined || turn.clocked));
  if (named.length < LEAST || named.length < parts.length * SHARE || !areSpeakers(turns)) return undefined;
  return parts.flatMap((part, i): TextBlock[] => {
    const said = oneLine(turns[i]?.said ?? part).replaceAll(
      /\s*[([](?:laughter|laughs?|applause|music|inaudible|crosstalk|pause|cheering)[^()[\]]*[)\]]/giu,
      "",
    );
    return said === "" || HEARD.test(said) ? [] : [{ kind: "paragraph", level: 0, text: said }];
  });
}

/** One name speaks again, or every turn has its time: else they are labels of a list ("Price: …", "Address: …"). */
function areSpeakers(turns: readonly (Turn | undefined)[]): boolean {
  if (turns.filter((turn) => turn?.clocked === true).length >= LEAST) return true;
  const counts = new Map<string, number>();
  for (const turn of turns) if (turn?.speaker !== undefined) counts.set(turn.speaker, (counts.get(turn.speaker) ?? 0) + 1);
  const again = [...counts.values()].filter((count) => count >= 2);
  return again.length >= 1 && counts.size <= [...counts.values()].reduce((sum, count) => sum + count, 0) * 0.7;
}

function turnOf(part: string): Turn | undefined {
  const clocked = CLOCKED.exec(part);
  if (clocked !== null) return { speaker: clocked[1], clocked: true, said: clocked[2] ?? "" };
  const match = BOLD.exec(part) ?? COLON.exec(part);
  return match === null ? undefined : { speaker: match[1], clocked: false, said: match[2] ?? "" };
}

/** Paragraphs, and lines where each line is a turn. */
function paragraphs(text: string): string[] {
  return text
    .split(/\n[ \t]*\n/u)
    .flatMap((part) => {
      const lines = part.split("\n").filter((line) => line.trim() !== "");
      if (lines.length < 2) return lines;
      const turns = lines.filter((line) => turnOf(line.trim()) !== undefined).length;
      // A name alone on its line, and what it says below.
      if (turns <= 1) return [lines.map((line) => line.trim()).join("\n")];
      return lines.reduce<string[]>((joined, line) => {
        if (joined.length === 0 || turnOf(line.trim()) !== undefined) joined.push(line.trim());
        else joined[joined.length - 1] = `${joined.at(-1)} ${line.trim()}`;
        return joined;
      }, []);
    })
    .filter((part) => part.trim() !== "");
}
