import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** Loads to carry to `url`, one after the other. */
export const Loads = z.object({ url: z.url(), round: z.string(), loads: z.int().min(1) });
export const Handed = external("com.example.loads.handed", { data: Loads });
