import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** Parcels to send to `url`, one after the other. `by`: an agent whose breaker is open for a second, or for six. */
export const Parcels = z.object({ url: z.url(), round: z.string(), parcels: z.int().min(1), by: z.enum(["sender", "patient"]) });
export const Handed = external("com.example.parcels.handed", { data: Parcels });
