import { event } from "armada-mesh/contracts";
import { z } from "zod";

export const OrderPlaced = event("shop.order.placed", {
  version: 1,
  id: (data) => String(data.order),
  data: z.object({ order: z.number().int() }),
});
