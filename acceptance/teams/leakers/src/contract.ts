import { event } from "armada-mesh/contracts";
import { z } from "zod";

/** A fact that repeats what it should not, and of which the team's read model fails. */
export const Leaked = event("leakers.thing.leaked", {
  version: 1,
  id: (data: { id: string }) => data.id,
  data: z.object({ id: z.string(), from: z.number(), to: z.number(), text: z.string() }),
});
