import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { documentsOf } from "../documents/article/article-folders.ts";
import { armada, here, type MeshFile, type Place, until } from "../harness/product.ts";
import { type Journal, journalsOf } from "./journals.ts";
import { readTeam } from "./streams.ts";

const Accepted = z.object({ type: z.literal("accepted"), run: z.string() });

/** `@FILE` of a brief of an example folder, its documents by value. */
export function briefFile(at: Place, brief: Readonly<Record<string, unknown>> = {}): string {
  const folder = join(here, "examples/night-trains");
  const { topic } = JSON.parse(readFileSync(join(folder, "brief.json"), "utf8"));
  const documents = documentsOf(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  const path = join(at.cwd, "brief.json");
  writeFileSync(path, JSON.stringify({ topic, documents, ...brief }));
  return `@${path}`;
}

/** Starts a run by the command line; answers its id once it is accepted. */
export async function startRun(workflow: string, input: string, at: Place, flags: readonly string[] = []): Promise<string> {
  const { lines, stdout, stderr } = await armada(["run", workflow, "--input", input, "--json", ...flags], at);
  const parsed = Accepted.safeParse(lines.at(-1));
  if (!parsed.success) throw new Error(`${workflow} was not accepted: ${stdout}${stderr}`);
  return parsed.data.run;
}

/** `runs show`, as it prints. */
export async function showRun(run: string, at: Place): Promise<RunShown> {
  const { lines, stdout, stderr } = await armada(["runs", "show", run, "--json"], at);
  const parsed = RunShown.safeParse(lines.at(-1));
  if (!parsed.success) throw new Error(`runs show ${run}: ${stdout}${stderr}`);
  return parsed.data;
}

const RunShown = z.looseObject({
  run: z.string(),
  version: z.number(),
  status: z.string(),
  interruptions: z.number(),
  waitingFor: z.array(z.looseObject({ kind: z.string(), n: z.number() })).optional(),
  reason: z.looseObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
  steps: z.array(z.looseObject({ n: z.number(), status: z.string(), outcomes: z.number(), degraded: z.unknown().optional() })),
});
export type RunShown = z.infer<typeof RunShown>;

/** Waits until `count` runs of a team have ended, whoever started them; answers all of its journals. */
export async function allEnded(
  team: string,
  wanted: number,
  mesh: () => Pick<MeshFile, "nats" | "keys">,
  deadline: number,
): Promise<Map<string, Journal>> {
  let last: Map<string, Journal> = new Map();
  try {
    return await until(`${wanted} runs of ${team} to end`, deadline, async () => {
      last = journalsOf(team, await readTeam(team, mesh()));
      const ended = [...last.values()].filter(({ ends }) => ends.length > 0).length;
      return last.size >= wanted && ended === last.size ? last : undefined;
    });
  } catch {
    return last; // whoever judges the journals sees which have not
  }
}
