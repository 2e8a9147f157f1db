import { promote } from "@armada/marketing/contract";
import { workflow } from "armada-mesh";
import { editor } from "../agents/editor.ts";
import { factChecker } from "../agents/fact-checker.ts";
import { illustrator } from "../agents/illustrator.ts";
import { publisher } from "../agents/publisher.ts";
import { seoOptimizer } from "../agents/seo-optimizer.ts";
import { writer } from "../agents/writer.ts";
import { Article, ArticleCompleted, Brief } from "../contract.ts";
import { pointsOf } from "../page/metadata.ts";
import { checkDocuments } from "../sources/documents.ts";

/** The first version, for runs that began with it. It publishes nothing unchecked: without a fact checker it waits. */
export const createArticleV1 = workflow({
  name: "create_article",
  version: 1,
  input: Brief,
  output: Article,
  async run(brief, ctx) {
    checkDocuments(brief.documents);
    const { topic, documents, questions, audience } = brief;
    const draft = await ctx.ask(writer, { topic, documents, ...(audience === undefined ? {} : { audience }) });
    const edited = await ctx.ask(editor, draft);
    const content = await ctx.ask(factChecker, {
      draft: edited,
      brief: { topic, documents, ...(questions === undefined ? {} : { questions }) },
    });
    const metadata = await ctx.ask(seoOptimizer, { topic, content });
    if (brief.approval === true)
      await ctx.approval("publish this article?", {
        show: { ...metadata, unsourced: content.unsourced, contradictions: content.contradictions },
        within: "7d",
        otherwise: "cancel",
      });

    const promoted = brief.promote ?? "event";
    const points = pointsOf(content);
    const about = {
      article: ctx.run.id,
      topic,
      title: metadata.title,
      description: metadata.description,
      keywords: metadata.keywords,
      points,
    };
    const [{ svg }, { posts }] = await Promise.all([
      ctx.ask(illustrator, { title: metadata.title, keywords: metadata.keywords }),
      promoted === "ask" ? ctx.ask(promote, about) : Promise.resolve({ posts: [] }),
    ]);
    const article = await ctx.ask(publisher, { content, metadata, cover: svg, posts });
    await ctx.emit(ArticleCompleted, { ...about, run: ctx.run.id, slug: metadata.slug, promoted });
    return article;
  },
});
