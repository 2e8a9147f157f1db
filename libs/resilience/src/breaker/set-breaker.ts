import { z } from "zod";

/** What `breaker_set` asks of a team: the breaker of an agent is to be open or closed for `ms`, at most 366 days. */
export const SetBreaker = z.object({
  agent: z.string(),
  to: z.enum(["open", "closed"]),
  ms: z
    .int()
    .min(1)
    .max(366 * 86_400_000),
  why: z.string().max(1_000),
});
export type SetBreaker = z.infer<typeof SetBreaker>;
