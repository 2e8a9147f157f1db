import type { Raw } from "./client.ts";
import { rawPull } from "./pull.ts";

export type FanBodies = { readonly root: string; readonly note: string; readonly branch: string; readonly end: string };
export type Fan = {
  readonly team: string;
  readonly route: string;
  readonly rounds: number;
  readonly width: number;
  readonly bodies: FanBodies;
};
type Run = { last: number; n: number; left: number; round: number; queue: Promise<void> };

/**
 * The appends of a fan-out and its join: one root, its other branches create-once, one outcome a branch in the run's own
 * order, the last of them together with the next root. Resolves with the milliseconds until the last run has ended.
 */
export async function rawFanOut(raw: Raw, about: Fan, ids: readonly string[]): Promise<number> {
  const { team, route, rounds, width, bodies } = about;
  const runs = new Map<string, Run>(ids.map((id) => [id, { last: 0, n: 0, left: width, round: 1, queue: Promise.resolve() }]));
  const write = async (id: string, run: Run, subject: string, body: string): Promise<void> => {
    run.last = await raw.append(`run.${team}.${subject}.${id}.${++run.n}`, body, { filter: `run.${team}.*.*.${id}.*`, last: run.last });
  };
  const root = async (id: string, run: Run): Promise<void> => {
    await write(id, run, `do.${route}`, bodies.root);
    const n = run.n;
    const branches = Array.from({ length: width - 1 }, (_, i) => `run.${team}.do.${route}.${id}.${n}.${i + 1}`);
    await Promise.all(branches.map((subject) => raw.append(subject, bodies.branch, { filter: subject, last: 0 })));
  };
  const outcome = async (id: string, run: Run): Promise<void> => {
    if (--run.left > 0) return write(id, run, "note.outcome", bodies.note);
    if (run.round++ >= rounds) return write(id, run, "end.fan", bodies.end).then(ended);
    run.left = width;
    return root(id, run);
  };
  let open = ids.length;
  let ended: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    ended = () => --open === 0 && resolve();
  });
  const began = performance.now();
  const stop = rawPull(raw, `TEAM_${team}`, `do_${route.replace("-", "_")}`, 64, ({ subject, ack }) => {
    const id = subject.split(".")[4] ?? "";
    const run = runs.get(id);
    if (run === undefined) return ack();
    run.queue = run.queue.then(() => outcome(id, run)).then(ack);
  });
  for (const [id, run] of runs) run.queue = root(id, run);
  await all;
  stop();
  return performance.now() - began;
}
