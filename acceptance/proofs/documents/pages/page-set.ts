import { drawing } from "../contradictions/contradiction-drawing.ts";
import * as documentation from "./layouts/documentation.ts";
import * as forum from "./layouts/forum.ts";
import * as government from "./layouts/government.ts";
import * as other from "./layouts/other.ts";
import { releases } from "./layouts/press.ts";
import * as records from "./layouts/records.ts";
import * as wiki from "./layouts/wiki.ts";
import { type DrawnPage, drawStory, type Layout } from "./page-content.ts";

const { wrapped: _, ...threads } = forum;
export const layouts: Readonly<Record<string, Layout>> = {
  ...government,
  ...threads,
  ...documentation,
  ...wiki,
  ...records,
  ...other,
  ...Object.fromEntries(releases.map((layout, at) => [`release${at + 1}`, layout])),
};

/** `each` pages of every layout, each of another story. The same seed gives the same pages. */
export function drawPages(seed: number, each: number): DrawnPage[] {
  const draw = drawing(seed);
  return Object.entries(layouts).flatMap(([name, layout]) =>
    Array.from({ length: each }, (_, at): DrawnPage => {
      const { body, expected, ending = ".html", type } = layout(drawStory(draw.integer(1, 2 ** 31 - 1)), draw);
      return {
        name: `${name}-${at + 1}${ending}`,
        bytes: typeof body === "string" ? new TextEncoder().encode(body) : body,
        expected,
        ...(type !== undefined && { type }),
      };
    }),
  );
}
