import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../mesh/session.ts";
import { type ParkedMessage, type SettledMessage, settleParkedMessage } from "./messages.ts";
import { checkServed, isServed, type ParkedOfRun, type Settled, type Settling, settleParked } from "./settle.ts";

/** How long it is believed that a team is served, ms. */
const SERVED_MS = 1_000;

/**
 * The same for many runs and messages, at most `rate` of them begun a second, and `tell` hears of each as it is known. Where the replicas
 * of a team go away meanwhile what it has is left as it is, `unanswered`. @throws ArmadaError `NOT_CONNECTED` before anything is asked for where a team has none
 */
export async function settleAll(
  session: Pick<Session, "ask" | "log" | "queues">,
  all: readonly (ParkedOfRun | ParkedMessage)[],
  settling: Settling & { readonly rate: number },
  tell: (settled: Settled | SettledMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([...new Set(all.map(({ team }) => team))].map((team) => checkServed(session, team)));
  const known = new Map<string, { readonly at: number; readonly served: Promise<boolean> }>();
  const served = (team: string): Promise<boolean> => {
    const last = known.get(team);
    if (last !== undefined && Date.now() - last.at < SERVED_MS) return last.served;
    const now = { at: Date.now(), served: isServed(session, team) };
    known.set(team, now);
    return now.served;
  };
  const one = async (about: ParkedOfRun | ParkedMessage): Promise<void> => {
    const { team } = about;
    const isThere = await served(team);
    if ("run" in about) tell(isThere ? await settleParked(session, about, settling, signal) : { team, run: about.run, kind: "unanswered" });
    else tell(isThere ? await settleParkedMessage(session, about, settling, signal) : { team, seq: about.seq, kind: "unanswered" });
  };
  const began = Date.now();
  const underWay: Promise<void>[] = [];
  for (const [i, about] of all.entries()) {
    const due = began + (i * 1_000) / settling.rate;
    if (due > Date.now()) await sleep(due - Date.now(), undefined, { signal });
    const settled = one(about);
    settled.catch(() => undefined); // told below, with the first that failed
    underWay.push(settled);
  }
  await Promise.all(underWay);
}
