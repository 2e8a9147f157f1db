import { agent } from "armada-mesh";
import { z } from "zod";
import { Metadata } from "../contract.ts";
import { CheckedArticle, LabelledMetadata } from "../page/draft.ts";
import { carriedSentences, checkMetadata, DESCRIPTION_MOST, ownWords, TITLE_MOST } from "../page/metadata.ts";

const Proposal = Metadata.omit({ slug: true });

export const seoOptimizer = agent({
  name: "seo_optimizer",
  does: "writes title, description and keywords for search engines from what the sources carry",
  tier: "worker",
  input: z.object({ topic: z.string(), content: CheckedArticle }),
  output: LabelledMetadata,
  limits: { timeout: "60s", attempts: 4, concurrency: 4 },
  run: async ({ input: { topic, content }, model }): Promise<LabelledMetadata> => {
    const proposal = await model.ask({
      task: "seo_metadata",
      system: "You write metadata for search engines. You say nothing that the article does not say.",
      prompt: `Give the article on "${topic}" a title of ${TITLE_MOST} characters at most, a description of ${DESCRIPTION_MOST} at most, and four to eight keywords, all from the words of the article.`,
      material: [{ name: "article", text: carriedText(content) }],
      params: { topic },
      schema: Proposal,
      maxTokens: 500,
    });
    return checkMetadata(proposal, content);
  },
  // Whoever asks may ask the archive for better.
  fallback: ({ content }) => ownWords(content),
});

/** Only what a source carries is shown to the model: it cannot repeat what it was not told. */
function carriedText(content: CheckedArticle): string {
  const blocks = [content.standfirst.map(({ text }) => text).join(" ")];
  const carried = new Set(carriedSentences(content));
  for (const { heading, sentences } of content.sections)
    blocks.push(
      `## ${heading}`,
      sentences
        .filter((one) => carried.has(one))
        .map(({ text }) => text)
        .join(" "),
    );
  return blocks.filter((block) => block !== "").join("\n\n");
}
