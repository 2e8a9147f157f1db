import type { ApiScript } from "../index.ts";
import { type Claim, type Draft, script as paraphraser } from "./content-paraphrase.ts";

/** The figure that the falsifier puts in place of a document's own. No document has it. */
export const FALSE_FIGURE = "98,761";
/** Sentences of the edited draft that are no longer what a document says. */
export const FALSIFIED = 3;

/**
 * As the paraphraser, but its editor changes a figure in one sentence, drops the quote of a second and gives a third to another
 * document, and leaves the rest alone.
 */
export const script: ApiScript = (task, request) => {
  const answer = paraphraser(task, request);
  return task === "edit_article" ? falsify(JSON.parse(request.material[0]?.text ?? "{}")) : answer;
};

export function falsify(draft: Draft): Draft {
  const claims = draft.sections.flatMap(({ sentences }) => sentences);
  const files = [...new Set(claims.map(({ file }) => file))];
  const figured = claims.find(({ text }) => /\d/u.test(text));
  const [unquoted, moved] = claims.filter((one) => one !== figured);
  if (figured === undefined || unquoted === undefined || moved === undefined || files.length < 2)
    throw new Error("the draft has no three sentences, one with a figure, of two documents");
  const change = (one: Claim): Claim => {
    if (one === figured) return { ...one, text: one.text.replace(/\d[\d.,]*\d|\d/u, FALSE_FIGURE) };
    if (one === unquoted) return { ...one, quote: "" };
    return one === moved ? { ...one, file: files.find((file) => file !== one.file) ?? "" } : one;
  };
  return { ...draft, sections: draft.sections.map((section) => ({ ...section, sentences: section.sentences.map(change) })) };
}
