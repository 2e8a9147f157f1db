import { parseSubject } from "@armada/contracts";
import { type Ports, retry } from "@armada/event-sourcing";
import { messageOf } from "../journal/failure.ts";
import { stackOf } from "../runs/stack.ts";
import type { Waits } from "./waits.ts";

/**
 * What a replica looks for once, as it starts: events for the waits that are open. One may be acknowledged that no wait took, by
 * a replica that remembered another stream than the one that is there.
 */
export async function lookBackOnce(team: string, ports: Ports, waits: Pick<Waits, "lookBackForLead">, signal: AbortSignal): Promise<void> {
  const { open, upTo } = await retry("look for open waits", ports, () => openWaitsIn(team, ports.log));
  for (const run of open) {
    if (signal.aborted) return;
    try {
      await waits.lookBackForLead(run, upTo);
    } catch (error) {
      if (signal.aborted) return;
      ports.logger.warn(`the waits of run ${run} are not looked after: ${messageOf(error)}`, { team, run, ...stackOf(error) });
    }
  }
}

/** The runs that have set a wait and have not ended, as of the sequence `upTo`. */
async function openWaitsIn(team: string, log: Pick<Ports["log"], "scan">): Promise<{ open: ReadonlySet<string>; upTo: number }> {
  const open = new Set<string>();
  const upTo = await log.scan([`run.${team}.wait.>`, `run.${team}.end.>`], 0, ({ subject }) => {
    const parsed = parseSubject(subject);
    if (parsed?.kind !== "journal") return;
    if (parsed.does === "wait") open.add(parsed.run);
    else open.delete(parsed.run);
  });
  return { open, upTo };
}
