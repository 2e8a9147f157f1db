/** What a model says could move a terminal's cursor or turn its text around. */
const UNSAFE = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/** A text as rows of at most `width` characters. */
export function textRows(text: string, width: number): string[] {
  return text
    .replaceAll(UNSAFE, "")
    .split("\n")
    .flatMap((line) => {
      const letters = Array.from(line);
      return letters.length === 0
        ? [""]
        : Array.from({ length: Math.ceil(letters.length / width) }, (_, i) => letters.slice(i * width, (i + 1) * width).join(""));
    });
}
