import { FUNCTION_WORDS, words } from "@armada/text";

/** Words so frequent in languages next to English that a text full of them is not English. */
const OTHERS = new Set(
  `der die das und ist nicht ein eine mit auf den dem von zu le la les des et est une dans pour que qui sur el los las una del por con para
  como il di che per non della sono een het van niet zijn och att det som på av jest nie się na w z do og er på em uma não os`.split(
    /\s+/u,
  ),
);

/**
 * Whether a text is English prose, by its function words. Texts under 40 words pass unless other letters than Latin lead:
 * too little to tell by.
 * @returns why it is not served, or undefined
 */
export function checkLanguage(text: string): string | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return "it holds no text";
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin / letters < 0.7) return "it is not in English, the only language served";
  const sample = words(text).slice(0, 4000);
  if (sample.length < 40) return undefined;
  const english = sample.filter((word) => FUNCTION_WORDS.has(word)).length / sample.length;
  const other = sample.filter((word) => OTHERS.has(word) && !FUNCTION_WORDS.has(word)).length / sample.length;
  return english < 0.14 || other > english ? "it is not in English, the only language served" : undefined;
}
