import { capability, external } from "armada-mesh/contracts";
import { z } from "zod";

export const Text = z.object({ text: z.string() });
export const help = capability("beta.help", { input: Text, output: Text });
export const Poked = external("com.example.beta.poked", { id: (data) => data.text, data: Text });
