import { contentStems, stem } from "armada-mesh/text";
import type { Source } from "../sources/source.ts";

const SHAPES: readonly { readonly asks: RegExp; readonly wants: RegExp }[] = [
  {
    asks: /\bhow (?:much|many|long|far|often|fast|big|large|tall|high|deep|old|hot|cold|heavy|dense|wide|tall|strong|thick)\b|\bwhat (?:share|percentage|price|cost|number|size)\b/iu,
    wants: /\p{N}|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|half|third|quarter|dozen|hundred|thousand|million)\b/iu,
  },
  {
    asks: /\bwhen\b|\bwhat (?:year|date|day|time)\b/iu,
    wants:
      /\b\d{4}\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|century|spring|summer|autumn|winter)\b|\bday|\bnight|\bhour/iu,
  },
  { asks: /\bwho\b|\bwhom\b/iu, wants: /(?<=[\p{Ll},] )\p{Lu}\p{Ll}+|\bby\b/u },
  { asks: /\bwhy\b/iu, wants: /\b(?:because|since|due|so that|therefore|reason|to|cause)/iu },
];

/** Share of a question's weight that a passage must hold to count as speaking to it. */
const SPOKEN_TO = 0.55;

/** The questions that no passage of any source answers: none has the rarer of a question's words and the kind of thing it asks for. */
export function unanswered(questions: readonly string[], sources: readonly Source[]): string[] {
  const passages = sources.flatMap(passagesOf);
  const weight = (one: string) => Math.log(1 + passages.length / (0.5 + passages.filter(({ stems }) => stems.has(one)).length));
  return questions.filter((question) => {
    const wanted = [...stemsOf(question)].filter((one) => !OF_THE_FORM.has(one));
    const all = wanted.reduce((sum, one) => sum + weight(one), 0);
    const shape = SHAPES.find(({ asks }) => asks.test(question));
    return !passages.some(({ text, stems }) => {
      const held = wanted.reduce((sum, one) => sum + (stems.has(one) ? weight(one) : 0), 0);
      return all > 0 && held / all >= SPOKEN_TO && (shape === undefined || shape.wants.test(text));
    });
  });
}

const OF_THE_FORM = new Set("much many long far often number happen need take able do does".split(" ").map(stem));

/** Paragraphs with the words of the headings above them. */
function passagesOf({ text }: Source): { text: string; stems: ReadonlySet<string> }[] {
  let title = "";
  let heading = "";
  return text.split("\n\n").flatMap((block) => {
    const level = /^(#{1,6}) /u.exec(block)?.[1]?.length;
    if (level === 1) title = block;
    if (level !== undefined) {
      heading = block;
      return [];
    }
    return [{ text: block, stems: stemsOf(`${title}\n${heading}\n${block}`) }];
  });
}

/** Words that answer for one another. The first of a line stands for all. */
const ANSWERS_FOR = new Map(
  [
    "dense density",
    "high height tall",
    "deep depth",
    "wide width broad breadth",
    "heavy weight weigh weighs",
    "fast speed",
    "old age aged",
    "strong strength",
    "hot heat temperature",
    "large size big",
    "cold chilled cool colder cooling",
    "warm warmer heated",
    "life animals species fish wildlife birds",
    "price costs paid pays fee",
    "flood floods flooding",
    "ill diseases illness sick",
  ].flatMap((line) => {
    const stems = line.split(" ").map(stem);
    return stems.map((one) => [one, stems[0] ?? one] as const);
  }),
);

function stemsOf(text: string): ReadonlySet<string> {
  return new Set(contentStems(text).map((one) => ANSWERS_FOR.get(one) ?? one));
}
