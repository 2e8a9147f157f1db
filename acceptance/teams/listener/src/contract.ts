import { external } from "@armada/contracts";
import { z } from "zod";

export const Happened = external("org.other.thing.happened", { data: z.unknown() });
