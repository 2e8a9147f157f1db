import { fold, readModel } from "armada-mesh";
import { ArticleCompleted } from "../contract.ts";
import type { Proposal } from "../page/metadata.ts";

/** Topics that are kept; of more, those written on last. */
const MOST = 50;
/** Without these an article's metadata were made of less than usual. */
const MAKERS: ReadonlySet<string> = new Set(["seo_optimizer", "fact_checker"]);

type Recommended = Proposal & { readonly topic: string };

/** What was last recommended to search engines for each topic, by the articles that came out whole. */
export const recommendations = readModel({
  name: "recommendations",
  version: 1,
  initial: (): readonly Recommended[] => [],
  folds: [
    fold<readonly Recommended[], Parameters<typeof ArticleCompleted.id>[0]>(ArticleCompleted, (known, { data }) => {
      if (data.degraded?.some((agent) => MAKERS.has(agent))) return known;
      const { topic, title, description, keywords } = data;
      return [...known.filter((one) => !isOn(one, topic)).slice(1 - MOST), { topic, title, description, keywords }];
    }),
  ],
});

export function lastRecommended(known: readonly Recommended[], topic: string): Proposal | undefined {
  return known.find((one) => isOn(one, topic));
}

function isOn({ topic }: Recommended, other: string): boolean {
  return topic.trim().toLowerCase() === other.trim().toLowerCase();
}
