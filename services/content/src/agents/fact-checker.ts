import { agent } from "armada-mesh";
import { z } from "zod";
import { checkArticle } from "../checks/check-article.ts";
import { Brief } from "../contract.ts";
import { CheckedArticle, Draft } from "../page/draft.ts";
import { uncheckedArticle } from "../page/unchecked.ts";
import { readDocuments } from "../sources/documents.ts";
import { onTopic } from "../sources/on-topic.ts";

/** Plain code: no model, whichever one wrote the draft, has a say in what counts as sourced. */
export const factChecker = agent({
  name: "fact_checker",
  does: "looks every statement up in its source, and the sources for contradictions",
  tier: "worker",
  input: z.object({
    draft: Draft,
    brief: Brief.pick({ topic: true, documents: true, questions: true }),
    /** Whoever asks publishes nothing unchecked by itself; else the step waits for the check. */
    holdsUnchecked: z.literal(true).optional(),
  }),
  output: CheckedArticle,
  limits: { timeout: "60s", attempts: 3, concurrency: 4 },
  run: async ({ input: { draft, brief }, objects }) => {
    const read = await readDocuments(brief.documents, objects);
    const { sources, skipped } = onTopic(brief.topic, read.sources);
    return checkArticle(draft, brief.topic, brief.questions ?? [], sources, [...read.skipped, ...skipped]);
  },
  fallback: ({ draft, holdsUnchecked }) => {
    if (holdsUnchecked !== true) throw new Error("who asks would publish what nobody has checked");
    return uncheckedArticle(draft);
  },
});
