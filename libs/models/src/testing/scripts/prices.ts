import { z } from "zod";
import type { ApiScript } from "../index.ts";

const Items = z.array(z.object({ item: z.number(), prompt: z.string() }));

/**
 * Says the price of the item that the prompt names: a function of the name, so that an answer tells what was asked.
 * Of a joint request each entry says its own item's. An item whose name begins with `broken` gets an answer of no use.
 */
export const script: ApiScript = (_task, { prompt, params }) => {
  const items = Items.safeParse(params.items);
  if (!items.success) return priceOf(prompt);
  return { items: items.data.map((one) => ({ item: one.item, value: priceOf(one.prompt) })) };
};

function priceOf(prompt: string): unknown {
  const item = /price of (.+)$/m.exec(prompt)?.[1] ?? "";
  if (item.startsWith("broken")) return { item };
  return { item, cents: [...item].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 10_007, 7) };
}
