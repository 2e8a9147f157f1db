import { ArticleCompleted } from "@armada/content/contract";
import { on, team } from "armada-mesh";
import { emailWriter } from "./agents/email-writer.ts";
import { socialWriter } from "./agents/social-writer.ts";
import { ArticlePromoted, promote } from "./contract.ts";
import { promoteArticle } from "./workflows/promote.ts";

export default team({
  name: "marketing",
  agents: [socialWriter, emailWriter],
  workflows: [promoteArticle],
  provides: [promote.by(promoteArticle)],
  // An article whose posts content asked for says so: promoting it here as well would do it twice.
  subscriptions: [on(ArticleCompleted).start(promoteArticle, ({ data }) => (data.promoted === "event" ? data : undefined))],
  emits: [ArticlePromoted],
});
