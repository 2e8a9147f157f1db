import { promote } from "@armada/marketing/contract";
import { on, team } from "armada-mesh";
import { editor } from "./agents/editor.ts";
import { factChecker } from "./agents/fact-checker.ts";
import { illustrator } from "./agents/illustrator.ts";
import { publisher } from "./agents/publisher.ts";
import { seoOptimizer } from "./agents/seo-optimizer.ts";
import { writer } from "./agents/writer.ts";
import { ArticleCompleted, ArticleRequested } from "./contract.ts";
import { createArticle } from "./workflows/create-article.ts";

export default team({
  name: "content",
  agents: [writer, editor, seoOptimizer, illustrator, factChecker, publisher],
  workflows: [createArticle],
  subscriptions: [on(ArticleRequested).start(createArticle, (fact) => fact.data)],
  asks: [promote],
  emits: [ArticleCompleted],
});
