import { event, external } from "@armada/contracts";
import { z } from "zod";
import { Citation, Contradiction, Metadata } from "./page/draft.ts";
import { Brief } from "./sources/brief.ts";

export { Citation, Contradiction, Metadata } from "./page/draft.ts";
export { Brief, BriefDocument } from "./sources/brief.ts";

/** What `create_article` answers: the three documents as text, and what they rest on. */
export const Article = z.object({
  /** Markdown. */
  article: z.string(),
  html: z.string(),
  /** SVG. */
  cover: z.string(),
  metadata: Metadata,
  posts: z.array(z.object({ channel: z.string(), text: z.string() })),
  /** Sentences of the article that a source carries; `quote` stands in the extracted text of `file`. */
  statements: z.array(z.object({ text: z.string(), source: Citation })),
  /** Sentences of the article that no source carries, marked on the page. */
  unsourced: z.array(z.string()),
  contradictions: z.array(Contradiction),
  /** Documents that were left out, and why. */
  skipped: z.array(z.object({ file: z.string(), why: z.string() })),
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
  }),
});

/** Somebody outside wants an article; the documents come by value, or by a digest in the object store. */
export const ArticleRequested = external("com.example.article.requested", { data: Brief });
