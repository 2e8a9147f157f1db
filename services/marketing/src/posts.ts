import { firstUnsupported } from "armada-mesh/text";
import type { Post, Promotion } from "./contract.ts";

/** Characters that a post of each channel may have. */
export const MOST = { social: 280, email: 1_200 } as const;

export function materialOf(promotion: Promotion): { name: string; text: string }[] {
  const lines = promotion.points.length > 0 ? promotion.points : [promotion.description];
  return [{ name: promotion.article, text: lines.join("\n") }];
}

/** A post with a number, date or name that the article's points lack is replaced by the points' own words. */
export function checkPost(post: Post, promotion: Promotion, most: number): Post {
  const said = [promotion.title, promotion.description, ...promotion.points].join("\n");
  const plain = post.text.replaceAll(/^Subject: |#\S+/gmu, "");
  return post.text.length <= most && firstUnsupported(plain, said) === undefined ? post : plainPost(post.channel, promotion, most);
}

/** Title and as many points as fit. */
export function plainPost(channel: string, promotion: Promotion, most: number): Post {
  const lines = [channel === "email" ? `Subject: ${promotion.title}\n` : promotion.title];
  for (const point of promotion.points.length > 0 ? promotion.points : [promotion.description])
    if ([...lines, point].join("\n").length <= most) lines.push(point);
  return { channel, text: lines.join("\n") };
}
