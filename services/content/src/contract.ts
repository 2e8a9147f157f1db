import { event, external } from "armada-mesh/contracts";
import { z } from "zod";

/**
 * A document as it is (the name's ending says of which form), or the digest of its bytes
 * in the object store. The team reads the text out of it itself: see `readDocument`.
 */
export const BriefDocument = z.union([
  z.object({ name: z.string().min(1).max(255), text: z.string() }),
  z.object({ name: z.string().min(1).max(255), digest: z.string().min(1) }),
]);
export type BriefDocument = z.infer<typeof BriefDocument>;

export const Brief = z.object({
  topic: z.string().min(1).max(200),
  documents: z.array(BriefDocument).max(200),
  questions: z.array(z.string().min(1).max(300)).max(20).optional(),
  audience: z.string().max(200).optional(),
  /** A person is asked before the article is published. */
  approval: z.boolean().optional(),
  /** An article that is not out after so long, approval included, is given up: `DEADLINE_EXCEEDED`. It has as long as it takes unless said. */
  within: z.templateLiteral([z.number(), z.enum(["ms", "s", "m", "h", "d"])]).optional(),
  /** `ask`: posts are asked for and stand on the page; `event` (unless said): marketing starts from the published fact. */
  promote: z.enum(["ask", "event"]).optional(),
});
export type Brief = z.infer<typeof Brief>;

/** Where a claim comes from: a file of the brief and words that stand in it. */
export const Citation = z.object({ file: z.string(), quote: z.string() });
export type Citation = z.infer<typeof Citation>;

/** What sources say differently of one thing, and where each says it. */
export const Contradiction = z.object({ about: z.string(), places: z.array(Citation) });
export type Contradiction = z.infer<typeof Contradiction>;

/** What a page says of itself to search engines; `slug` is its name in an address. */
export const Metadata = z.object({ title: z.string(), description: z.string(), keywords: z.array(z.string()), slug: z.string() });
export type Metadata = z.infer<typeof Metadata>;

/** Where an agent was not there: which, and what the page has instead, a sentence for its readers. */
export const Degraded = z.object({ agent: z.string(), what: z.string() });
export type Degraded = z.infer<typeof Degraded>;

/** What `create_article` answers: the three documents as text, and what they rest on. */
export const Article = z.object({
  /** Markdown. */
  article: z.string(),
  html: z.string(),
  /** SVG. */
  cover: z.string(),
  metadata: Metadata,
  posts: z.array(z.object({ channel: z.string(), text: z.string() })),
  /** Sentences of the article that a source carries; `quote` stands in the extracted text of `file`. None where nothing was checked. */
  statements: z.array(z.object({ text: z.string(), source: Citation })),
  /** Sentences of the article that no source carries, marked on the page. */
  unsourced: z.array(z.string()),
  contradictions: z.array(Contradiction),
  /** Documents that were left out, and why. */
  skipped: z.array(z.object({ file: z.string(), why: z.string() })),
  /** What was done without; the page says the same. */
  degraded: z.array(Degraded).default([]),
});
export type Article = z.infer<typeof Article>;

/** An article is done. `promoted` says who promotes it: `ask`, content asked for the posts; `event`, whoever listens. */
export const ArticleCompleted = event("content.article.completed", {
  version: 1,
  id: (data) => data.article,
  data: z.object({
    article: z.string(),
    run: z.string(),
    topic: z.string(),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    keywords: z.array(z.string()),
    /** Sourced sentences that say the most: what a post may say. */
    points: z.array(z.string()),
    promoted: z.enum(["ask", "event"]),
    /** The agents that were not there; of articles from before this was said, none. */
    degraded: z.array(z.string()).optional(),
  }),
});

/** Somebody outside wants an article; the documents come by value, or by a digest in the object store. */
export const ArticleRequested = external("com.example.article.requested", { data: Brief });
