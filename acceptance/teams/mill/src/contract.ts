import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** What is told to `url` of a sack; one with stones is not ground before its mill is mended, one with rubble not even taken in, one that is empty never ground. */
export const Sack = z.object({ url: z.url(), sack: z.string(), holds: z.enum(["grain", "stones", "rubble", "nothing"]) });
export const Delivered = external("com.example.sack.delivered", { data: Sack });
