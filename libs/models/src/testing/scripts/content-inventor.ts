import type { ApiRequest, ApiScript } from "../index.ts";
import { type Draft, draftArticle, script as paraphraser } from "./content-paraphrase.ts";

/** What no document says. A judge looks for these strings: each must be marked on the page, and none may stand up front. */
export const inventions = {
  figure: "4,317",
  name: "Ludmila Harrowgate",
  quote: "nothing in forty years prepared us for it",
} as const;

/** As the paraphraser, but makes up a figure, a name and a quote, and puts them into the text, its standfirst, its title and its metadata. */
export const script: ApiScript = async (task, request) => {
  if (task === "draft_article") return invent(draftArticle(request), request);
  const answer = await paraphraser(task, request);
  if (task !== "seo_metadata") return answer;
  return {
    title: `${inventions.name} on ${inventions.figure} homes`,
    description: `A survey counted ${inventions.figure} homes, said ${inventions.name}: “${inventions.quote}”.`,
    keywords: [...keywordsOf(answer), "Harrowgate survey"],
  };
};

function invent(draft: Draft, { material }: ApiRequest): Draft {
  const real = draft.sections[0]?.sentences[0] ?? draft.standfirst[0];
  const file = real?.file ?? material[0]?.name ?? "";
  const quote = real?.quote ?? "";
  const figure = { text: `A survey of the same year counted ${inventions.figure} homes in the area.`, file, quote };
  const name = { text: `The engineer ${inventions.name} led the work from the first day.`, file, quote };
  // The quote is cited as if it stood in the document: only looking it up there tells.
  const said = { text: `An official said that “${inventions.quote}”.`, file, quote: `An official said that “${inventions.quote}”.` };
  const [first, ...others] = draft.sections;
  const sections =
    first === undefined
      ? [{ heading: "What was said", sentences: [name, said] }]
      : [{ ...first, sentences: [...first.sentences.slice(0, 1), name, said, ...first.sentences.slice(1)] }, ...others];
  return {
    title: `${draft.title}: ${inventions.figure} homes, says ${inventions.name}`,
    standfirst: [figure, ...draft.standfirst],
    sections,
  };
}

function keywordsOf(answer: unknown): string[] {
  if (typeof answer !== "object" || answer === null || !("keywords" in answer) || !Array.isArray(answer.keywords)) return [];
  return answer.keywords.filter((word): word is string => typeof word === "string");
}
