import { z } from "zod";
import { Citation, Contradiction, Metadata } from "../contract.ts";

/** One sentence with the words that carry it; `also` names further files that say the same. */
export const Claim = z.object({ text: z.string().min(1), file: z.string(), quote: z.string(), also: z.array(Citation).optional() });
export type Claim = z.infer<typeof Claim>;

/** A passage that the page does not have; `under` is a heading or an introduction without which it would say the opposite. */
export const Passage = Citation.extend({ under: z.string().optional() });
export type Passage = z.infer<typeof Passage>;

export const Draft = z.object({
  title: z.string(),
  standfirst: z.array(Claim),
  sections: z.array(z.object({ heading: z.string(), sentences: z.array(Claim) })),
});
export type Draft = z.infer<typeof Draft>;

/** What an agent's output says where its fallback gave it: what the page has instead, a sentence for its readers. */
export const Labelled = z.object({ degraded: z.string().optional() });

/** Metadata, and what it is instead where nobody made any. */
export const LabelledMetadata = Metadata.extend(Labelled.shape);
export type LabelledMetadata = z.infer<typeof LabelledMetadata>;

/** A sentence after the fact check: `sources` is empty where no source carries it. */
export const Checked = z.object({ text: z.string(), sources: z.array(Citation) });
export type Checked = z.infer<typeof Checked>;

export const Figure = z.object({ number: z.string(), unit: z.string(), what: z.string(), file: z.string() });
export type Figure = z.infer<typeof Figure>;

/** A table of a source under its nearest heading, `rows` as they stand there; without them where it is too large for the page. */
export const SourceTable = z.object({
  file: z.string(),
  called: z.string(),
  count: z.number(),
  rows: z.array(z.array(z.string())).optional(),
});
export type SourceTable = z.infer<typeof SourceTable>;

/** What the fact checker lets through, and what it found on the way. */
export const CheckedArticle = z.object({
  title: z.string(),
  standfirst: z.array(Checked),
  sections: z.array(z.object({ heading: z.string(), sentences: z.array(Checked) })),
  unsourced: z.array(z.string()),
  contradictions: z.array(Contradiction),
  figures: z.array(Figure),
  tables: z.array(SourceTable),
  unanswered: z.array(z.string()),
  sources: z.array(z.object({ file: z.string(), title: z.string() })),
  skipped: z.array(z.object({ file: z.string(), why: z.string() })),
  /** What the sources say on the topic and the page does not, a passage each. */
  leftOut: z.array(Passage),
  /** Every sentence is a source's own, word for word but for white space, asides and connectives. */
  extractive: z.boolean(),
  /** Nothing was checked: `sources` are what the writer cites, and the rest is empty. */
  unchecked: z.literal(true).optional(),
});
export type CheckedArticle = z.infer<typeof CheckedArticle>;
