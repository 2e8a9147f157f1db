import { external } from "armada-mesh/contracts";
import { z } from "zod";

export const Poked = external("com.example.odds.poked", { id: (data) => data.id, data: z.object({ id: z.string(), k: z.number() }) });
