import type { CheckedArticle, Claim, Draft } from "./draft.ts";

/** A draft as somebody has to read it before it is published: its sentences with what they cite, of which nothing was looked up. */
export function uncheckedArticle({ title, standfirst, sections }: Draft): CheckedArticle {
  const claims = [...standfirst, ...sections.flatMap(({ sentences }) => sentences)];
  const files = new Set(claims.flatMap((claim) => citations(claim).map(({ file }) => file)));
  const cited = (all: readonly Claim[]) => all.map((claim) => ({ text: claim.text, sources: citations(claim) }));
  return {
    title,
    standfirst: cited(standfirst),
    sections: sections.map(({ heading, sentences }) => ({ heading, sentences: cited(sentences) })),
    unsourced: [],
    contradictions: [],
    figures: [],
    tables: [],
    unanswered: [],
    sources: [...files].map((file) => ({ file, title: file })),
    skipped: [],
    leftOut: [],
    extractive: false,
    unchecked: true,
  };
}

function citations({ file, quote, also = [] }: Claim): { file: string; quote: string }[] {
  return [{ file, quote }, ...also];
}
