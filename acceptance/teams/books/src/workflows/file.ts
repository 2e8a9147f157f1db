import { workflow } from "armada-mesh";
import { z } from "zod";

export const file = workflow({
  name: "file",
  version: 1,
  input: z.object({ order: z.number().int() }),
  output: z.object({ filed: z.number() }),
  run: async ({ order }) => ({ filed: order }),
});
