import { z } from "zod";
import { armada, type Place } from "../harness/product.ts";
import { type Journal, journalsOf } from "./journals.ts";
import { readTeam, type Stored } from "./streams.ts";

/** A mesh of the teams `herald`, which states facts, and `keeper`, which waits, sleeps and notes by them. `at`: where commands reach it. */
export type Kept = { readonly nats: string; readonly keys: string; readonly at: Place };

const Started = z.object({ workflow: z.string(), input: z.object({ id: z.string(), ms: z.number().optional() }) });
const Told = z.object({ output: z.record(z.string(), z.number()) });

/** A run of the keeper; `id` is that of the fact that started it. */
export type Run = {
  readonly id: string;
  readonly workflow: string;
  readonly ms: number;
  readonly journal: Journal;
  readonly ends: readonly string[];
};

export async function runsOf(mesh: Kept): Promise<Run[]> {
  return [...journalsOf("keeper", await readTeam("keeper", mesh)).values()].flatMap((journal) => {
    const started = Started.safeParse(journal.events[0]?.data);
    if (!started.success) return []; // the runs that only count
    const { workflow, input } = started.data;
    return [{ id: input.id, workflow, ms: input.ms ?? 0, journal, ends: journal.ends }];
  });
}

export function tooEarly({ id, ms, journal }: Run): string[] {
  const [start, end] = [journal.events[0], journal.events.at(-1)];
  const took = Date.parse(end?.time ?? "") - Date.parse(start?.time ?? "");
  return took >= ms ? [] : [`${id}: after ${took} of ${ms} ms`];
}

export function differences(before: readonly Stored[], after: readonly Stored[]): string[] {
  return before.flatMap((one, i) => {
    const there = after[i];
    return there?.seq === one.seq && there.subject === one.subject && there.time === one.time ? [] : [`${one.seq} ${one.subject}`];
  });
}

export function unevenIds(there: readonly { readonly id: string }[], wanted: readonly string[]): string[] {
  const times: Record<string, number> = {};
  for (const { id } of there) times[id] = (times[id] ?? 0) + 1;
  return uneven(times, wanted);
}

export function uneven(times: Readonly<Record<string, number>>, wanted: readonly string[]): string[] {
  return wanted.flatMap((id) => (times[id] === 1 ? [] : [`${id}: ${times[id] ?? 0} times`]));
}

/** The read model as the replica has it. */
export async function heard(mesh: Kept): Promise<Record<string, number>> {
  const { lines, stdout, stderr } = await armada(["run", "keeper.count", "--wait", "--json"], mesh.at);
  const told = Told.safeParse(lines.at(-1));
  if (!told.success) throw new Error(`the replica does not tell its read model: ${stdout}${stderr}`);
  return told.data.output;
}

export async function says(what: object, mesh: Kept): Promise<void> {
  const { code, stdout, stderr } = await armada(["run", "herald.say", "--input", JSON.stringify(what), "--wait", "--json"], mesh.at);
  if (code !== 0) throw new Error(`the herald ended with ${code}: ${stdout}${stderr}`);
}
