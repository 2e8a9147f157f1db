import { workflow } from "@armada/agents";
import { z } from "zod";
import { emailWriter } from "../agents/email-writer.ts";
import { socialWriter } from "../agents/social-writer.ts";
import { ArticlePromoted, Post, Promotion } from "../contract.ts";

/** The posts for one article, each channel by its own agent. */
export const promoteArticle = workflow({
  name: "promote",
  version: 1,
  input: Promotion,
  output: z.object({ posts: z.array(Post) }),
  async run(promotion, ctx) {
    const posts = await Promise.all([ctx.ask(socialWriter, promotion), ctx.ask(emailWriter, promotion)]);
    await ctx.emit(ArticlePromoted, { article: promotion.article, posts });
    return { posts };
  },
});
