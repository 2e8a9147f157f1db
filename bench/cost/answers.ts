import type { ApiScript } from "@armada/models/testing";
import { z } from "zod";

/** As the local provider counts: `roughTokens`. */
export const CHARACTERS = 4;

const Items = z.object({ items: z.array(z.object({ item: z.number(), prompt: z.string() })).optional() });

/** What the provider of the bench answers: as much as each prompt says, to a joint request for each of its items. */
export const script: ApiScript = (_task, { prompt, params }) => {
  const n = Number(/^There are (\d+) independent items/.exec(prompt)?.[1] ?? 0);
  if (n === 0) return answerTo(prompt);
  const listed = Items.parse(params).items ?? Array.from({ length: n }, (_, i) => ({ item: i + 1, prompt }));
  return { items: listed.map((one) => ({ item: one.item, value: answerTo(one.prompt) })) };
};

function answerTo(prompt: string): { text: string } {
  const tokens = Number(/\(answer of (\d+) tokens\)/.exec(prompt)?.[1] ?? 1);
  const frame = JSON.stringify({ text: "" }).length;
  return { text: "a".repeat(Math.max(1, tokens * CHARACTERS - frame)) };
}
