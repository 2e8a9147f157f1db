import { contentStems } from "@armada/local-model";
import type { Source } from "./documents.ts";

const SHAPES: readonly { readonly asks: RegExp; readonly wants: RegExp }[] = [
  { asks: /\bhow (?:much|many|long|far|often|fast|big|large|tall|high|deep|old|hot|cold|heavy)\b|\bwhat (?:share|percentage|price|cost|number|size)\b/iu, wants: /\p{N}|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|half|third|quarter|dozen|hundred|thousand|million)\b/iu },
  { asks: /\bwhen\b|\bwhat (?:year|date|day|time)\b/iu, wants: /\b\d{4}\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|century|spring|summer|autumn|winter)\b|\bday|\bnight|\bhour/iu },
  { asks: /\bwho\b|\bwhom\b/iu, wants: /(?<=[\p{Ll},] )\p{Lu}\p{Ll}+|\bby\b/u },
  { asks: /\bwhy\b/iu, wants: /\b(?:because|since|due|so that|therefore|reason|to|cause)/iu },
];

/** The questions that no sentence of any source answers: none holds most of a question's words and the kind of thing it asks for. */
export function unanswered(questions: readonly string[], sources: readonly Source[]): string[] {
  const blocks = sources.flatMap(({ text }) => text.split("\n\n").filter((block) => !/^(?:#{1,6}|\|) /u.test(block)));
  const stemmed = blocks.map((block) => ({ block, stems: new Set(contentStems(block)) }));
  return questions.filter((question) => {
    const wanted = [...new Set(contentStems(question))].filter((one) => !/^(?:much|many|long|far|often|year|date|share|percentag|number|happen|need|take)$/u.test(one));
    const shape = SHAPES.find(({ asks }) => asks.test(question));
    return !stemmed.some(({ block, stems }) => {
      const hits = wanted.filter((one) => stems.has(one)).length;
      return hits >= Math.max(1, Math.ceil(wanted.length * 0.7)) && (shape === undefined || shape.wants.test(block));
    });
  });
}
