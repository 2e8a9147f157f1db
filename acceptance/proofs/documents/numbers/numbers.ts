import { readDocument, readNumbers } from "@armada/text";
import { type About, atLeast, type Figure, none } from "../../harness/proof.ts";
import { type DrawnNumber, drawNumbers } from "./number-drawing.ts";
import { judgeNumber, type Verdict } from "./number-judge.ts";

const NUMBERS = 5_000;

/**
 * Drawn numbers in sentences of six locales, in three forms of document, with lines wrapped anywhere and marks beside them, are read right
 * or refused, never changed (`numbers/number-judge.ts`). That not all is refused: four fifths are read where the locale is said, two fifths
 * where it is not.
 */
export async function* run({ seed, say }: About): AsyncGenerator<Figure> {
  const judged: { readonly number: DrawnNumber; readonly verdict: Verdict; readonly why: string }[] = [];
  for (const number of drawNumbers(seed, NUMBERS)) judged.push({ number, ...judgeNumber(number, await reading(number)) });
  const changed = judged.filter(({ verdict }) => verdict === "changed");
  const kinds = new Map<string, number>();
  for (const { number } of changed) kinds.set(number.kind, (kinds.get(number.kind) ?? 0) + 1);
  if (changed.length > 0) say(`changed: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ")}`);
  yield none(
    `of ${NUMBERS} numbers, those changed`,
    changed.map(({ number, why }) => `${number.id}: ${why}`),
  );
  for (const told of [true, false]) {
    const some = judged.filter(({ number }) => number.told === told);
    const right = some.filter(({ verdict }) => verdict === "right");
    const unread = new Map<string, number>();
    for (const { number, verdict } of some) if (verdict !== "right") unread.set(number.kind, (unread.get(number.kind) ?? 0) + 1);
    yield atLeast(
      `share read right where the locale is ${told ? "" : "not "}said`,
      right.length / some.length,
      told ? 0.8 : 0.4,
      `not read: ${[...unread].map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
    );
  }
}

async function reading({ path, document, tag, locale, told }: DrawnNumber): Promise<{ paragraph: string | undefined; values: number[] }> {
  const { blocks } = await readDocument({ path, bytes: new TextEncoder().encode(document) });
  const paragraph = blocks.find(({ kind, text }) => kind !== "heading" && text.includes(tag) && text !== tag)?.text;
  const found = paragraph === undefined ? [] : readNumbers(paragraph, told ? locale : undefined);
  return { paragraph, values: found.flatMap((number) => ("value" in number ? [number.value] : [])) };
}
