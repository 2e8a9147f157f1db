import { agent } from "armada-mesh";
import { z } from "zod";
import { drawCover } from "../page/cover.ts";

export const illustrator = agent({
  name: "illustrator",
  does: "draws a cover from the title and the keywords",
  tier: "worker",
  input: z.object({ title: z.string(), keywords: z.array(z.string()) }),
  output: z.object({ svg: z.string() }),
  limits: { timeout: "10s", attempts: 3 },
  run: ({ input }) => ({ svg: drawCover(input.title, input.keywords) }),
});
