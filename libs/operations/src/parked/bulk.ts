import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../mesh/session.ts";
import { checkServed, isServed, type ParkedOfRun, type Settled, type Settling, settleParked } from "./settle.ts";

/** How long it is believed that a team is served, ms. */
const SERVED_MS = 1_000;

/**
 * The same for many runs, at most `rate` of them begun a second, and `tell` hears of each as it is known. Where the replicas of a team
 * go away meanwhile its runs are left as they are, `unanswered`. @throws ArmadaError `NOT_CONNECTED` before anything is asked for where a team has none
 */
export async function settleAll(
  session: Pick<Session, "ask" | "log" | "queues">,
  runs: readonly ParkedOfRun[],
  settling: Settling & { readonly rate: number },
  tell: (settled: Settled) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([...new Set(runs.map(({ team }) => team))].map((team) => checkServed(session, team)));
  const known = new Map<string, { readonly at: number; readonly served: Promise<boolean> }>();
  const served = (team: string): Promise<boolean> => {
    const last = known.get(team);
    if (last !== undefined && Date.now() - last.at < SERVED_MS) return last.served;
    const now = { at: Date.now(), served: isServed(session, team) };
    known.set(team, now);
    return now.served;
  };
  const one = async (about: ParkedOfRun): Promise<void> => {
    const isThere = await served(about.team);
    tell(isThere ? await settleParked(session, about, settling, signal) : { team: about.team, run: about.run, kind: "unanswered" });
  };
  const began = Date.now();
  const underWay: Promise<void>[] = [];
  for (const [i, about] of runs.entries()) {
    const due = began + (i * 1_000) / settling.rate;
    if (due > Date.now()) await sleep(due - Date.now(), undefined, { signal });
    const settled = one(about);
    settled.catch(() => undefined); // told below, with the first that failed
    underWay.push(settled);
  }
  await Promise.all(underWay);
}
