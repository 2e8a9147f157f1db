import { withoutTags } from "../article/source-text.ts";

/**
 * What a reading of a page is judged by. Words are runs of letters and digits in lower case, after compatibility normalisation; each
 * ideograph and each kana is a word of its own. They are counted as a bag: order is not judged, an extra copy of a word is extra.
 *
 * - A page is *lost* where more than a tenth of the words of its expected main text are not among the words read.
 * - A page is *swollen* where more than twice as many words were read as its expected main text has.
 */
export type PageScore = { readonly expected: number; readonly read: number; readonly lost: number; readonly times: number };

export const LOST = 0.1;
export const SWOLLEN = 2;

export function scorePage(expected: string, read: string): PageScore {
  const wanted = pageWords(expected);
  const found = pageWords(read);
  const left = new Map<string, number>();
  for (const word of found) left.set(word, (left.get(word) ?? 0) + 1);
  let missing = 0;
  for (const word of wanted) {
    const count = left.get(word) ?? 0;
    if (count === 0) missing++;
    else left.set(word, count - 1);
  }
  return {
    expected: wanted.length,
    read: found.length,
    lost: wanted.length === 0 ? 0 : missing / wanted.length,
    times: found.length / Math.max(1, wanted.length),
  };
}

export function pageWords(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+/gu,
      ) ?? []
  );
}

/** The words of a kept main part (`expected.html`), without the marks that no reader is asked to keep: `[12]`, `[edit]`. */
export function expectedText(html: string): string {
  return withoutTags(html).replace(/\[(?:\d{1,3}|edit|citation needed|note \d+)\]/giu, " ");
}
