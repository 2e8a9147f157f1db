import { external } from "@armada/contracts";
import { z } from "zod";

/** Of one of the systems outside; `n` counts what each of them says. */
export const Paid = external("com.example.order.paid", {
  id: ({ client, n }) => `${client}-${n}`,
  data: z.object({ client: z.string(), n: z.number().int() }),
});
