import { workflow } from "armada-mesh";
import { Refusal } from "armada-mesh/contracts";
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
    if (![...promotion.points, promotion.description].some((text) => /\p{L}/u.test(text)))
      throw new Refusal("NOTHING_TO_SAY", `there is nothing to say of the article ${JSON.stringify(promotion.title)}`, {
        hint: "give points or a description: posts say nothing beyond them",
      });
    const posts = await Promise.all([ctx.ask(socialWriter, promotion), ctx.ask(emailWriter, promotion)]);
    await ctx.emit(ArticlePromoted, { article: promotion.article, posts });
    return { posts };
  },
});
