import { isToken, parseSubject } from "@armada/contracts";
import type { Log } from "@armada/event-sourcing";

/**
 * Whether the stream of a team holds the ask that starts a run of this id, taken up or not: one load by subject. A run that an
 * event is to start is not told so.
 */
export async function isAccepted(log: Pick<Log, "load">, team: string, run: string): Promise<boolean> {
  if (!isToken(run)) return false;
  const asks = await log.load(`ask.${team}.*.*.${run}`);
  return asks.kind === "loaded" && asks.messages.some(({ subject }) => starts(subject));
}

function starts(subject: string): boolean {
  const ask = parseSubject(subject);
  return ask?.kind === "ask" && (ask.capability === "run_start" || !ask.capability.startsWith("run_"));
}
