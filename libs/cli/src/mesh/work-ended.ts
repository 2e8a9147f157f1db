import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "@armada/operations/mesh/session";

const LOOK_MS = 100;

/**
 * Waits until nothing of the teams' work goes on by itself: no fact is on its way from one to another, and nothing waits at a queue
 * or is worked on. What waits for a person, an event or a time is not waited for. Answers whether that was so before `signal` aborted.
 */
export async function workEnded(
  session: Pick<Session, "queues" | "sources">,
  teams: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const [sources, queues] = [() => Promise.all(teams.map(session.sources)), () => Promise.all(teams.map(session.queues))];
  while (!signal.aborted) {
    // In this order: what has come until then is at a queue, and what is worked on leaves it once what follows from it is stored.
    const coming = (await sources()).flat().some(({ there, missing }) => there && missing > 0);
    const atWork = (await queues()).flat().some(({ pending, unacked }) => pending > 0 || unacked > 0);
    if (!coming && !atWork && (await sources()).flat().every(({ there, missing }) => !there || missing === 0)) return true;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined); // the signal is looked at above
  }
  return false;
}
