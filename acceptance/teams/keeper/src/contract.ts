import { event } from "armada-mesh/contracts";
import { z } from "zod";

export const Noted = event("keeper.thing.noted", { version: 1, id: (data) => data.id, data: z.object({ id: z.string() }) });
