import { promote } from "@armada/marketing/contract";
import { workflow } from "armada-mesh";
import { editor } from "../agents/editor.ts";
import { factChecker } from "../agents/fact-checker.ts";
import { illustrator } from "../agents/illustrator.ts";
import { publisher } from "../agents/publisher.ts";
import { seoArchive } from "../agents/seo-archive.ts";
import { seoOptimizer } from "../agents/seo-optimizer.ts";
import { writer } from "../agents/writer.ts";
import { Article, ArticleCompleted, Brief, type Degraded } from "../contract.ts";
import { pointsOf } from "../page/metadata.ts";
import { checkDocuments } from "../sources/documents.ts";

/**
 * A sourced article from a topic and documents. Where an agent is down the article comes out without it, and says so: unedited, with
 * the last recommendations, with a stock cover. What nobody has checked is held until a person approves it.
 */
export const createArticle = workflow({
  name: "create_article",
  version: 2,
  input: Brief,
  output: Article,
  async run(brief, ctx) {
    checkDocuments(brief.documents);
    const { topic, documents, questions, audience, within } = brief;
    const degraded: Degraded[] = [];
    const labelled = <T extends { degraded?: string | undefined }>(agent: string, answer: T): Omit<T, "degraded"> => {
      const { degraded: what, ...rest } = answer;
      if (what !== undefined) degraded.push({ agent, what });
      return rest;
    };
    const make = async (): Promise<Article> => {
      const draft = await ctx.ask(writer, { topic, documents, ...(audience === undefined ? {} : { audience }) });
      const edited = labelled(editor.name, await ctx.ask(editor, draft));
      const content = await ctx.ask(factChecker, {
        draft: edited,
        brief: { topic, documents, ...(questions === undefined ? {} : { questions }) },
        holdsUnchecked: true,
      });
      let proposed = await ctx.ask(seoOptimizer, { topic, content });
      if (proposed.degraded !== undefined) proposed = await ctx.ask(seoArchive, { topic, content });
      const metadata = labelled(seoOptimizer.name, proposed);
      const unchecked = content.unchecked === true;
      if (unchecked || brief.approval === true) {
        const { by } = await ctx.approval(unchecked ? "publish this article, of which nothing was checked?" : "publish this article?", {
          show: {
            ...metadata,
            unsourced: content.unsourced,
            contradictions: content.contradictions,
            ...(unchecked ? { unchecked: [...content.standfirst, ...content.sections.flatMap(({ sentences }) => sentences)] } : {}),
          },
          within: "7d",
          otherwise: "cancel",
        });
        if (unchecked)
          degraded.push({
            agent: factChecker.name,
            what: `Nothing on this page was checked against its sources; ${by} approved it all the same.`,
          });
      }

      const promoted = brief.promote ?? "event";
      const { title, description, keywords } = metadata;
      const about = { article: ctx.run.id, topic, title, description, keywords, points: pointsOf(content) };
      const [cover, { posts }] = await Promise.all([
        ctx.ask(illustrator, { title, keywords }),
        promoted === "ask" ? ctx.ask(promote, about) : Promise.resolve({ posts: [] }),
      ]);
      const { svg } = labelled(illustrator.name, cover);
      for (const post of posts) labelled(`marketing, ${post.channel}`, post);
      const article = await ctx.ask(publisher, { content, metadata, cover: svg, posts, degraded });
      const without = degraded.length === 0 ? {} : { degraded: degraded.map(({ agent }) => agent) };
      await ctx.emit(ArticleCompleted, { ...about, run: ctx.run.id, slug: metadata.slug, promoted, ...without });
      return article;
    };
    return within === undefined ? make() : ctx.deadline(within, make);
  },
});
