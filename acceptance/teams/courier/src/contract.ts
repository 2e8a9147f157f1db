import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** Parcels to send to `url`, one after the other. */
export const Parcels = z.object({ url: z.url(), round: z.string(), parcels: z.int().min(1) });
export const Handed = external("com.example.parcels.handed", { data: Parcels });
