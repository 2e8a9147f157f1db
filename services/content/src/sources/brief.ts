import { z } from "zod";

/**
 * A document as it is (the name's ending says of which form), or the digest of its bytes
 * in the object store. The team reads the text out of it itself: see `readDocument`.
 */
export const BriefDocument = z.union([
  z.object({ name: z.string().min(1).max(255), text: z.string() }),
  z.object({ name: z.string().min(1).max(255), digest: z.string().min(1) }),
]);
export type BriefDocument = z.infer<typeof BriefDocument>;

export const Brief = z.object({
  topic: z.string().min(1).max(200),
  documents: z.array(BriefDocument).max(200),
  questions: z.array(z.string().min(1).max(300)).max(20).optional(),
  audience: z.string().max(200).optional(),
  /** A person is asked before the article is published. */
  approval: z.boolean().optional(),
  /** `ask`: posts are asked for and stand on the page; `event` (unless said): marketing starts from the published fact. */
  promote: z.enum(["ask", "event"]).optional(),
});
export type Brief = z.infer<typeof Brief>;
