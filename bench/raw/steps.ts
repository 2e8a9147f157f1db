import type { Raw } from "./client.ts";
import { rawPull } from "./pull.ts";

/** The bodies of a run's first, middle and last journal message. */
export type Bodies = { readonly first: string; readonly middle: string; readonly last: string };
export type Chain = {
  readonly team: string;
  readonly route: string;
  readonly workflow: string;
  readonly steps: number;
  readonly bodies: Bodies;
};

/**
 * The loop of dispatched steps and nothing else: a delivery is answered with the next message of its run, which is the
 * next dispatch, and acknowledged after that is stored. `seen` hears of each delivery and of each end.
 */
export function rawWorker(raw: Raw, about: Chain, concurrency: number, seen: (run: string, ended: boolean) => void): () => void {
  const { team, route, workflow, steps, bodies } = about;
  return rawPull(raw, `TEAM_${team}`, `do_${route.replace("-", "_")}`, concurrency, ({ subject, seq, ack }) => {
    const tokens = subject.split(".");
    const run = tokens[4] ?? "";
    const n = Number(tokens[5]);
    seen(run, false);
    const last = n >= steps;
    const next = last ? `run.${team}.end.${workflow}.${run}.${n + 1}` : `run.${team}.do.${route}.${run}.${n + 1}`;
    void raw.append(next, last ? bodies.last : bodies.middle, { filter: `run.${team}.*.*.${run}.*`, last: seq }).then(() => {
      ack();
      if (last) seen(run, true);
    });
  });
}

/** Starts runs at once; their worker says when they have ended. */
export async function rawStart(raw: Raw, { team, route, bodies }: Chain, runs: readonly string[]): Promise<void> {
  await Promise.all(
    runs.map((run) => raw.append(`run.${team}.do.${route}.${run}.1`, bodies.first, { filter: `run.${team}.*.*.${run}.*`, last: 0 })),
  );
}
