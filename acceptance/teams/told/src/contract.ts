import { external } from "armada-mesh/contracts";
import { z } from "zod";

export const Said = external("com.example.told.said", { data: z.object({ n: z.number() }) });
