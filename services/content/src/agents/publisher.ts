import { agent } from "armada-mesh";
import { z } from "zod";
import { Article, Degraded, Metadata } from "../contract.ts";
import { CheckedArticle } from "../page/draft.ts";
import { carriedSentences } from "../page/metadata.ts";
import { numberSources } from "../page/page.ts";
import { renderHtml } from "../page/render-html.ts";
import { renderMarkdown } from "../page/render-markdown.ts";

/** Without a fallback: the page is the article, so a step waits for whoever sets it, and loses nothing by it. */
export const publisher = agent({
  name: "publisher",
  does: "sets the page in Markdown and HTML",
  tier: "worker",
  input: z.object({
    content: CheckedArticle,
    metadata: Metadata,
    cover: z.string(),
    posts: Article.shape.posts,
    degraded: z.array(Degraded).optional(),
  }),
  output: Article,
  limits: { timeout: "20s", attempts: 3 },
  run: ({ input: { content, metadata, cover, posts, degraded = [] } }) => {
    const page = { content, metadata, cover, posts, degraded, numbering: numberSources(content) };
    const carried = content.unchecked === true ? [] : carriedSentences(content);
    return {
      article: renderMarkdown(page),
      html: renderHtml(page),
      cover,
      metadata,
      posts,
      statements: carried.flatMap(({ text, sources: [source] }) => (source === undefined ? [] : [{ text, source }])),
      unsourced: content.unsourced,
      contradictions: content.contradictions,
      skipped: content.skipped,
      degraded,
    };
  },
});
