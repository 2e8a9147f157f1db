import { promote } from "@armada/marketing/contract";
import { on, team } from "armada-mesh";
import { editor } from "./agents/editor.ts";
import { factChecker } from "./agents/fact-checker.ts";
import { illustrator } from "./agents/illustrator.ts";
import { publisher } from "./agents/publisher.ts";
import { seoArchive } from "./agents/seo-archive.ts";
import { seoOptimizer } from "./agents/seo-optimizer.ts";
import { writer } from "./agents/writer.ts";
import { ArticleCompleted, ArticleRequested } from "./contract.ts";
import { recommendations } from "./read-models/recommendations.ts";
import { createArticle } from "./workflows/create-article.ts";
import { createArticleV1 } from "./workflows/create-article-v1.ts";

export default team({
  name: "content",
  agents: [writer, editor, seoOptimizer, seoArchive, illustrator, factChecker, publisher],
  workflows: [createArticle, createArticleV1],
  readModels: [recommendations],
  subscriptions: [on(ArticleRequested).start(createArticle, (fact) => fact.data)],
  asks: [promote],
  emits: [ArticleCompleted],
});
