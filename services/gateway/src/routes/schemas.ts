import { z } from "zod";

/** RFC 9457, with the field at fault. */
const ProblemDocument = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  field: z.string().optional(),
});

const problem = (description: string): { description: string; content: Record<string, { schema: z.ZodType }> } => ({
  description,
  content: { "application/problem+json": { schema: ProblemDocument } },
});

export const badRequest = problem("What was sent is at fault; `field` names the part");
export const later = problem("Send it again after Retry-After seconds");
export const security: { [name: string]: string[] }[] = [{ key: [] }];
