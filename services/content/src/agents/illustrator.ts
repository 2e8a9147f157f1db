import { agent } from "armada-mesh";
import { z } from "zod";
import { drawCover, STOCK_COVER } from "../page/cover.ts";
import { Labelled } from "../page/draft.ts";

const Cover = z.object({ svg: z.string() }).extend(Labelled.shape);

export const illustrator = agent({
  name: "illustrator",
  does: "draws a cover from the title and the keywords",
  tier: "worker",
  input: z.object({ title: z.string(), keywords: z.array(z.string()) }),
  output: Cover,
  limits: { timeout: "10s", attempts: 3 },
  run: ({ input }): z.infer<typeof Cover> => ({ svg: drawCover(input.title, input.keywords) }),
  fallback: () => ({ svg: STOCK_COVER, degraded: "The cover is a stock one: none was drawn for this article." }),
});
