import { capability, event } from "armada-mesh/contracts";
import { z } from "zod";

/** What there is to promote; `points` are sourced sentences, and posts say nothing beyond them. */
export const Promotion = z.object({
  article: z.string().min(1),
  topic: z.string(),
  title: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  points: z.array(z.string()),
});
export type Promotion = z.infer<typeof Promotion>;

/** `degraded`: where nobody wrote it, what it is instead, a sentence for readers. */
export const Post = z.object({ channel: z.string(), text: z.string(), degraded: z.string().optional() });
export type Post = z.infer<typeof Post>;

/** Writes the posts for an article; it does not send them. */
export const promote = capability("marketing.promote", { input: Promotion, output: z.object({ posts: z.array(Post) }) });

export const ArticlePromoted = event("marketing.article.promoted", {
  version: 1,
  id: (data) => data.article,
  data: z.object({ article: z.string(), posts: z.array(Post) }),
});
