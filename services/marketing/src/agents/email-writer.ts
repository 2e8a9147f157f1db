import { agent } from "armada-mesh";
import { z } from "zod";
import { Post, Promotion } from "../contract.ts";
import { checkPost, MOST, materialOf, plainPost } from "../posts.ts";

const CHANNEL = "email";

export const emailWriter = agent({
  name: "email_writer",
  does: "writes the newsletter item",
  tier: "worker",
  input: Promotion,
  output: Post,
  limits: { timeout: "60s", attempts: 4 },
  run: async ({ input, model }) => {
    const { text } = await model.ask({
      task: "write_post",
      system: "You write newsletter items: plain, short, true.",
      prompt: `Write a newsletter item of ${MOST[CHANNEL]} characters at most about the article "${input.title}", from the sentences given and nothing else. The first line is "Subject: " and a subject.`,
      material: materialOf(input),
      params: { channel: CHANNEL, title: input.title, keywords: input.keywords, most: MOST[CHANNEL] },
      schema: z.object({ text: z.string().min(1) }),
      maxTokens: 700,
    });
    return checkPost({ channel: CHANNEL, text }, input, MOST[CHANNEL]);
  },
  fallback: (input) => ({
    ...plainPost(CHANNEL, input, MOST[CHANNEL]),
    degraded: `The post for ${CHANNEL} is made of the article's own sentences: nobody wrote one.`,
  }),
});
