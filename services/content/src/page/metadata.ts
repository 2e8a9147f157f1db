import { contentStems } from "armada-mesh/text";
import { groundOf, isGrounded } from "../checks/surface-check.ts";
import type { Metadata } from "../contract.ts";
import type { Checked, CheckedArticle, LabelledMetadata } from "./draft.ts";
import { slugOf } from "./slug.ts";

export const TITLE_MOST = 60;
export const DESCRIPTION_MOST = 155;

/** What a model proposes. */
export type Proposal = Omit<Metadata, "slug">;

/** A model's metadata where the sources carry it, and the article's own words where they do not. */
export function checkMetadata(proposal: Proposal, content: CheckedArticle): Metadata {
  const carried = carriedSentences(content);
  const ground = groundOf(
    carried.flatMap((one) => [one.text, ...one.sources.map(({ quote }) => quote)]),
    "",
    content.unsourced,
  );
  const title = shorten(
    fits(proposal.title, TITLE_MOST) && isGrounded(proposal.title, ground) ? proposal.title.trim() : content.title,
    TITLE_MOST,
  );
  const description =
    fits(proposal.description, DESCRIPTION_MOST) && isGrounded(proposal.description, ground) ? proposal.description : extract(carried);
  const keywords = proposal.keywords
    .map((word) => word.trim())
    .filter((word) => word !== "" && contentStems(word).length > 0 && contentStems(word).every((stem) => ground.stems.has(stem)));
  return { title, description, keywords: [...new Set(keywords)].slice(0, 8), slug: slugOf(title) };
}

/** Metadata of an article that nobody made any for. */
export function ownWords(content: CheckedArticle): LabelledMetadata {
  const nothing = { title: "", description: "", keywords: [] };
  return {
    ...checkMetadata(nothing, content),
    degraded: "Title and description are the article's own words: nobody chose them for search engines.",
  };
}

/** The standfirst and each section's first sentence, as far as sources carry them: what a post may say. */
export function pointsOf(content: CheckedArticle): string[] {
  const carried = new Set(carriedSentences(content));
  const firsts = content.sections.flatMap(({ sentences }) => sentences.find((one) => carried.has(one)) ?? []);
  return [...content.standfirst, ...firsts].map(({ text }) => text);
}

/** The standfirst or, where it is too long, the first sentence that fits. */
function extract(carried: readonly Checked[]): string {
  const texts = carried.map(({ text }) => text);
  return texts.find((text) => text.length >= 50 && text.length <= DESCRIPTION_MOST) ?? shorten(texts[0] ?? "", DESCRIPTION_MOST);
}

export function carriedSentences(content: CheckedArticle): Checked[] {
  return [...content.standfirst, ...content.sections.flatMap(({ sentences }) => sentences)].filter(({ sources }) => sources.length > 0);
}

function fits(text: string, most: number): boolean {
  return text.trim() !== "" && text.length <= most;
}

/** Cut at a word, with the mark that says so. */
function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\s,;:.–-]*\s\S*$/u, "")}…`;
}
