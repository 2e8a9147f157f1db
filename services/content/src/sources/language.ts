import { FUNCTION_WORDS, splitSentences, words } from "armada-mesh/text";

/** Words so frequent in languages next to English that a text full of them is not English; no English word is among them. */
const OTHERS = new Set(
  `der die das und ist sind nicht ein eine einen einem einer eines mit auf den dem des von vom zu zum zur im bei aus nach für über durch oder aber auch
  noch nur wie wird werden wurde wurden hat haben sie er es wir ich weil dass kein keine jedes jede diese dieser dieses ihre seine
  le la les et est sont une un du dans pour que qui sur au aux ce cette ces elle elles ils il fut été était avec par mais où nous vous leur
  el los las una del por con para como es fue su sus lo más pero esta este
  di che non della dei delle gli nel nella sono è anche questo da
  de het een van niet zijn voor aan ook maar wordt werd deze
  och att det som på av jest för är inte till og af nie się na w z
  em os uma não é foi com ao dos das ve bir için ile se en`.split(/\s+/u),
);
/** Words of English and of its neighbours. */
const SHARED = new Set("a in an on as me no he so am was is will her all do over per its".split(" "));
/** What parts of a name stand between: Leonardo da Vinci, Rogier van der Weyden. */
const NAME_PARTICLES =
  /(?<=\p{Lu}[\p{L}’'-]*)(?: (?:van|von|de|der|den|da|di|la|le|du|des|del|della|dos|das|y|e|und|zu|el|los|las)){1,3}(?= \p{Lu})/gu;
/** Fewer tell nothing. */
const LEAST_OTHERS = 2;
const NOT_ENGLISH = "it is not in English, the only language served";

/**
 * Whether a text is English, by its prose: figures and tables have no language. Its function words tell, and under 40 words those of its
 * sentences that are of another language.
 * @param text as `readDocument` writes it
 * @returns why it is not served, or undefined
 */
export function checkLanguage(text: string): string | undefined {
  const prose = text.replaceAll(/^[|`] .*$/gmu, "");
  const lettered = /\p{L}/u.test(prose) ? prose : text.replaceAll(/^` .*$/gmu, "");
  const letters = lettered.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return "it holds no text";
  const latin = lettered.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin / letters < 0.7) return NOT_ENGLISH;
  const sentences = prose.split("\n").flatMap((line) => (/^#{1,6} /u.test(line) ? [] : splitSentences(line)));
  const count = (some: readonly string[]): number => some.reduce((sum, sentence) => sum + words(sentence).length, 0);
  if (count(sentences.filter(isForeign)) > count(sentences) / 2) return NOT_ENGLISH;
  const sample = words(prose).slice(0, 4000);
  if (sample.length < 40) return undefined;
  const english = sample.filter((word) => FUNCTION_WORDS.has(word)).length / sample.length;
  const other = sample.filter((word) => OTHERS.has(word) && !FUNCTION_WORDS.has(word)).length / sample.length;
  return english < 0.14 || other > english ? NOT_ENGLISH : undefined;
}

/** An English text without its sentences of another language, a paragraph's end in place of each, and those sentences. */
export function withoutForeign(text: string): { text: string; foreign: string[] } {
  const foreign: string[] = [];
  const lines = text.split("\n").map((line) => {
    if (/^(?:#{1,6}|[|`]) /u.test(line)) return line;
    const found = splitSentences(line.replace(/^- /u, "")).filter(isForeign);
    foreign.push(...found);
    return found.reduce((left, sentence) => left.replace(sentence, () => "\n\n"), line);
  });
  if (foreign.length === 0) return { text, foreign };
  const left = lines
    .join("\n")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "-");
  return { text: left.join("\n\n"), foreign };
}

/** Whether a sentence is of another language; where names are all that it has of one, it is not. */
function isForeign(sentence: string): boolean {
  const own = sentence.replaceAll(NAME_PARTICLES, "").match(/[\p{L}\p{N}]+(?:[’'-][\p{L}\p{N}]+)*/gu) ?? [];
  // A capital inside a sentence begins a name: La Paz, El Paso.
  const told = own.filter((word, i) => i === 0 || !/^\p{Lu}/u.test(word)).map((word) => word.toLowerCase());
  // One that comes again tells no more: "R. Smith et al., S. Yao et al.".
  const others = new Set(told.filter((word) => OTHERS.has(word) || /^(?:qu|[dlnjcs])[’'][\p{L}]{2}/u.test(word))).size;
  const english = told.filter((word) => FUNCTION_WORDS.has(word) && !SHARED.has(word) && !OTHERS.has(word)).length;
  return others >= LEAST_OTHERS && english * 4 < others;
}
