import { openPlace, type Place, startOurs } from "./place.ts";
import { sampleOf } from "./raw/read.ts";
import type { Options } from "./row.ts";

/** Of the run that is copied: ten events in five messages. */
const STEPS = 4;
const AT_A_TIME = 2_000;

/** A place whose stream of `ours` holds copies of one run of ten events, each under a run id of its own. */
export async function openStocked(options: Options, runs: number): Promise<{ place: Place; ids: readonly string[]; events: number }> {
  const place = await openPlace(options.sync);
  const pattern = "stock-00000";
  const sample = await ran(place, pattern);
  const events = sample.reduce((sum, { body }) => sum + eventsIn(body), 0);
  const ours = await place.mesh.connect("ours");
  const ids = Array.from({ length: runs }, (_, i) => `stock-${String(i).padStart(5, "0")}`);
  options.say(`writing ${runs} runs of ${events} events`);
  let under: Promise<unknown>[] = [];
  for (const id of ids.slice(1))
    for (const { subject, body } of sample) {
      under.push(ours.log.append(subject.replace(pattern, id), body.replaceAll(pattern, id)));
      if (under.length < AT_A_TIME) continue;
      await Promise.all(under);
      under = [];
    }
  await Promise.all(under);
  await ours.link.close();
  return { place, ids, events: events * runs };
}

async function ran(place: Place, pattern: string): Promise<{ subject: string; body: string }[]> {
  await using _ours = await startOurs(place.mesh);
  await place.run("chain", [pattern], STEPS);
  return sampleOf(place.judge, "ours", pattern);
}

function eventsIn(body: string): number {
  const parsed: unknown = JSON.parse(body);
  return Array.isArray(parsed) ? parsed.length : 1;
}
