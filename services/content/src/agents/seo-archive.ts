import { agent } from "armada-mesh";
import { z } from "zod";
import { CheckedArticle, LabelledMetadata } from "../page/draft.ts";
import { checkMetadata, ownWords } from "../page/metadata.ts";
import { lastRecommended, recommendations } from "../read-models/recommendations.ts";

/** Asked where the SEO optimizer is not there. */
export const seoArchive = agent({
  name: "seo_archive",
  does: "finds what was last recommended for articles on the topic, as far as the article carries it",
  tier: "worker",
  context: [recommendations],
  input: z.object({ topic: z.string(), content: CheckedArticle }),
  output: LabelledMetadata,
  limits: { timeout: "10s", attempts: 3 },
  run: ({ input: { topic, content }, context }): LabelledMetadata => {
    const last = lastRecommended(context.recommendations, topic);
    if (last === undefined) return ownWords(content);
    const degraded = "Title, description and keywords are those of the last article on this topic, as far as this one carries them.";
    return { ...checkMetadata(last, content), degraded };
  },
  fallback: ({ content }) => ownWords(content),
});
