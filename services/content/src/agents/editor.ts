import { agent } from "armada-mesh";
import type { z } from "zod";
import { Draft, Labelled } from "../page/draft.ts";

const Edited = Draft.extend(Labelled.shape);

export const editor = agent({
  name: "editor",
  does: "orders and cleans a draft without adding to it",
  tier: "worker",
  input: Draft,
  output: Edited,
  limits: { timeout: "120s", attempts: 4, concurrency: 4 },
  run: ({ input, model }): Promise<z.infer<typeof Edited>> =>
    model.ask({
      task: "edit_article",
      system: "You are a copy editor. You cut, order and tidy; you add no fact.",
      prompt: `Edit the draft given as JSON and answer in the same shape.
- Drop sentences that say what another says. Order sections and sentences so that they read from the general to the particular.
- Shorten where that loses nothing. Keep each sentence's file, quote and also exactly as they are: they prove the sentence.
- Add no sentence, number, date or name.`,
      material: [{ name: "draft.json", text: JSON.stringify(input) }],
      schema: Draft,
      maxTokens: 8_000,
    }),
  // An unedited draft is whole and checked like any other.
  fallback: (input) => ({ ...input, degraded: "The text was not edited: it stands as it was drafted." }),
});
