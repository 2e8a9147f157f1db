import { external } from "armada-mesh/contracts";
import { z } from "zod";

export const Happened = external("org.other.thing.happened", { data: z.unknown() });
