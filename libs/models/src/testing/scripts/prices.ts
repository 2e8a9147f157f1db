import { z } from "zod";
import type { ApiScript } from "../index.ts";

const Items = z.array(z.object({ item: z.number(), prompt: z.string() }));

/** Characters: about 1,960 tokens. */
const ESSAY_LENGTH = 7_840;

/**
 * Says the price of the item that the prompt names: a function of the name, so that an answer tells what was asked.
 * Of a joint request each entry says its own item's. An item whose name begins with `broken` gets an answer of no use.
 * Asked for an essay it is long-winded.
 */
export const script: ApiScript = (_task, { prompt, params }) => {
  const essay = /an essay on (.+)$/m.exec(prompt)?.[1];
  if (essay !== undefined) return { item: essay, text: "Much is to be said of this. ".repeat(ESSAY_LENGTH / 28) };
  const items = Items.safeParse(params.items);
  if (!items.success) return priceOf(prompt);
  return { items: items.data.map((one) => ({ item: one.item, value: priceOf(one.prompt) })) };
};

function priceOf(prompt: string): unknown {
  const item = /price of (.+)$/m.exec(prompt)?.[1] ?? "";
  if (item.startsWith("broken")) return { item };
  return { item, cents: Buffer.from(item).reduce((sum, byte) => (sum * 31 + byte) % 10_007, 7) };
}
