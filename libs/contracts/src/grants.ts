import { z } from "zod";

/** Ten million dollars: sums over a thousand teams that all ask for it stay exact. */
const asked = z.int().min(0).max(1e13);
const Asked = z.object({ micros: asked, tokens: asked });
const Given = z.object({ micros: z.int().min(0), tokens: z.int().min(0) });

/** What a team wants to be able to spend in a month (`2026-11`) in all, and what it would take beyond that: micro-dollars and tokens. */
export const GrantAsked = z.object({ month: z.string().regex(/^\d{4}-\d{2}$/), wants: Asked, ahead: Asked });
export type GrantAsked = z.infer<typeof GrantAsked>;

/** What it may spend now in all (less than it wants: it was not given more), and what all teams may: micro-dollars and tokens. */
export const GrantAnswered = z.object({ granted: Given, fleet: Given });
export type GrantAnswered = z.infer<typeof GrantAnswered>;
