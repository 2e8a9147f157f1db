import { agent } from "armada-mesh";
import { z } from "zod";
import { Article, Metadata } from "../contract.ts";
import { CheckedArticle } from "../page/draft.ts";
import { carriedSentences } from "../page/metadata.ts";
import { numberSources } from "../page/page.ts";
import { renderHtml } from "../page/render-html.ts";
import { renderMarkdown } from "../page/render-markdown.ts";

export const publisher = agent({
  name: "publisher",
  does: "sets the page in Markdown and HTML",
  tier: "worker",
  input: z.object({ content: CheckedArticle, metadata: Metadata, cover: z.string(), posts: Article.shape.posts }),
  output: Article,
  limits: { timeout: "20s", attempts: 3 },
  run: ({ input: { content, metadata, cover, posts } }) => {
    const page = { content, metadata, cover, posts, numbering: numberSources(content) };
    return {
      article: renderMarkdown(page),
      html: renderHtml(page),
      cover,
      metadata,
      posts,
      statements: carriedSentences(content).flatMap(({ text, sources: [source] }) => (source === undefined ? [] : [{ text, source }])),
      unsourced: content.unsourced,
      contradictions: content.contradictions,
      skipped: content.skipped,
    };
  },
});
