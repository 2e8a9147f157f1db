import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** `at`: when it was sent, ms since 1970. */
export const Visit = z.object({ at: z.number() });
export const Visited = external("com.example.neighbour.visited", { data: Visit });
