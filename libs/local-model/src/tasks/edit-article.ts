import { countWords, jaccard, opensLeftBehind, words } from "@armada/text";
import { capital } from "./draft-article.ts";
import type { Task } from "./task.ts";

type Claim = { text: string } & Record<string, unknown>;
type Draft = { title?: unknown; standfirst?: unknown; sections?: unknown };

/**
 * `edit_article`: material: one passage that holds the draft as JSON, in the shape that `draft_article` answers.
 * Edits by rule only: white space, asides in brackets, a leading connective; drops what then says the same twice.
 */
export const editArticle: Task = ({ material }) => {
  const draft = parse(material[0]?.text ?? "");
  if (draft === undefined) return undefined;
  const kept: Set<string>[] = [];
  const clean = (list: unknown) => claims(list).flatMap((one) => edited(one, kept) ?? []);
  const standfirst = clean(draft.standfirst);
  const sections = (Array.isArray(draft.sections) ? draft.sections : [])
    .map((section: { heading?: unknown; sentences?: unknown }) => ({ heading: section.heading, sentences: clean(section.sentences) }))
    .filter(({ sentences }) => sentences.length > 0);
  return { title: draft.title, standfirst, sections };
};

function parse(text: string): Draft | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function claims(list: unknown): Claim[] {
  return Array.isArray(list) ? list.filter((one): one is Claim => typeof one?.text === "string") : [];
}

function edited(claim: Claim, kept: Set<string>[]): Claim | undefined {
  const text = tidy(claim.text);
  const own = new Set(words(text));
  if (opensLeftBehind(text) || kept.some((other) => jaccard(own, other) > 0.55)) return undefined;
  kept.push(own);
  return { ...claim, text };
}

/** Only a determiner or preposition may become the first word: a noun that gains a capital would look like a name. */
const CONNECTIVE =
  /^(?:also|additionally|furthermore|moreover|in addition|finally|overall|generally|in general|as a result|in fact|today|of course), (?=(?:the|a|an|in|on|at|by|for|from|with|when|most|many|some|all|every|each|both|no)\s)/iu;

function tidy(text: string): string {
  let made = text.replace(/\s+/gu, " ").trim();
  // An aside with a number or a capital may be the very thing that is cited.
  made = made.replace(/ \((?:see |e\.g\.|i\.e\.|for example|such as)[^()\p{N}\p{Lu}]*\)/gu, "");
  const cut = made.replace(CONNECTIVE, "");
  return cut === made || countWords(cut) < 6 ? made : capital(cut);
}
