import { readFileSync } from "node:fs";
import { z } from "zod";
import { armada, type Ended, type Place } from "./product.ts";

const Citation = z.object({ file: z.string(), quote: z.string() });
const Result = z.object({
  type: z.literal("result"),
  run: z.string(),
  status: z.string(),
  ms: z.number(),
  degraded: z.array(z.unknown()),
  output: z.object({
    article: z.string(),
    html: z.string(),
    cover: z.string(),
    metadata: z.object({ title: z.string(), description: z.string(), keywords: z.array(z.string()), slug: z.string() }),
    posts: z.array(z.object({ channel: z.string(), text: z.string() })),
    statements: z.array(z.object({ text: z.string(), source: Citation })),
    unsourced: z.array(z.string()),
    contradictions: z.array(z.object({ about: z.string(), places: z.array(Citation) })),
  }),
});
export type DemoRun = z.infer<typeof Result>;

/** Runs the main job on a folder. @throws Error with what it said, where there is no article */
export async function demo(sources: string, at: Place, flags: readonly string[] = []): Promise<DemoRun> {
  const ended = await tryDemo(sources, at, flags);
  const parsed = Result.safeParse(ended.lines.at(-1));
  if (parsed.success && ended.code === 0) return parsed.data;
  throw new Error(`no article of ${sources}: exit code ${ended.code}\n${ended.stdout.slice(-1_500)}\n${ended.stderr.slice(-1_500)}`);
}

export function tryDemo(sources: string, at: Place, flags: readonly string[] = []): Promise<Ended> {
  return armada(["demo", "--once", "--json", "--sources", sources, ...flags], at);
}

/** The bytes that a run wrote. */
export function bytesOf({ output }: DemoRun): string {
  return [output.article, output.html, output.cover].map((path) => readFileSync(path, "utf8")).join("\f");
}
