import type { Raw } from "./client.ts";
import type { Bodies } from "./steps.ts";

/** Runs of one append after the other, all runs at once. Answers the milliseconds it took. */
export async function rawInline(
  raw: Raw,
  about: { team: string; steps: number; bodies: Bodies },
  runs: readonly string[],
): Promise<number> {
  const { team, steps, bodies } = about;
  const began = performance.now();
  await Promise.all(
    runs.map(async (run) => {
      const filter = `run.${team}.*.*.${run}.*`;
      let last = 0;
      for (let n = 1; n <= steps + 1; n++) {
        const subject = n > steps ? `run.${team}.end.inline.${run}.${n}` : `run.${team}.note.outcome.${run}.${n}`;
        last = await raw.append(subject, n === 1 ? bodies.first : n > steps ? bodies.last : bodies.middle, { filter, last });
      }
    }),
  );
  return performance.now() - began;
}
