import { capability } from "armada-mesh/contracts";
import { z } from "zod";

export const Text = z.object({ text: z.string() });
export const help = capability("answerer.help", { input: Text, output: Text });
