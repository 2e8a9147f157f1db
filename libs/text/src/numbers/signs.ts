export const UNCLEAR_SIGN = "the mark before it may be a minus or a dash";

/** The minus before a number, a currency sign between them or none, and how long it is: `−5`, `-€5`, `minus 5`. */
export function signAt(before: string): { factor: 1 | -1; length: number } | "unclear" {
  const none = { factor: 1, length: 0 } as const;
  const money = /[€$£]\s?$/u.exec(before)?.[0] ?? "";
  const text = before.slice(0, before.length - money.length);
  const word = /(\d\s*)?(?<!\p{L})(?:minus|negative)\s$/iu.exec(text);
  if (word !== null) return word[1] === undefined ? { factor: -1, length: word[0].length + money.length } : "unclear";
  const mark = /[-‐‑–—−﹣－]$/u.exec(text)?.[0];
  if (mark === undefined) return none;
  const ahead = text.slice(0, -1);
  const minus = { factor: -1, length: 1 + money.length } as const;
  // "10 -5" is a range or two numbers; "10−5" a range; "Norwick–5 km" a pause.
  if (/[\d%°)][ \u00a0\u202f]$/u.test(ahead)) return "unclear";
  if (/[\d%°]$/u.test(ahead)) return none;
  if (/[−﹣－]/u.test(mark)) return /\p{L}$/u.test(ahead) ? "unclear" : minus;
  if (!/(?:^|[\s([{“"‘'’:=<>≤≥~≈/|€$£–—])$/u.test(ahead)) return none;
  return mark === "—" ? "unclear" : minus;
}
