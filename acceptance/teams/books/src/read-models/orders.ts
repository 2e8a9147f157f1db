import { OrderPlaced } from "@armada/shop/contract";
import { fold, readModel } from "armada-mesh";

/** How often each order was folded, by shelf and order. */
export type Orders = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const orders = readModel<Orders>({
  name: "orders",
  version: 1,
  initial: () => ({}),
  folds: [
    fold(OrderPlaced, (shelves, { data: { order } }) => {
      const shelf = String(order % 100);
      const held = shelves[shelf] ?? {};
      return { ...shelves, [shelf]: { ...held, [order]: (held[order] ?? 0) + 1 } };
    }),
  ],
});
