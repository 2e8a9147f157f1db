import { type Clock, handleEndless, type Log, type Logger, type Random } from "@armada/event-sourcing";
import { cascade, cascadeAt } from "@armada/resilience";
import { type FailingReads, failingIn, inAll } from "./failing.ts";

const LOOK_MS = 10_000;

/** The team that reads all others, in whose stream it stands that three or more fail together. */
export const WATCHER = "gateway";

/**
 * Looks every ten seconds what fails of the teams, and says in `log`, the watcher's own, as three or more begin to fail together, and as
 * they no more do: whoever else looks says it not again. What fails in one look alone is passed by: as a team starts nobody serves it.
 * Resolves when the signal aborts.
 */
export async function watchCascade(
  ports: { readonly log: Pick<Log, "append" | "last">; readonly clock: Clock; readonly random: Random; readonly logger: Logger },
  reads: FailingReads,
  teams: () => readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger } = ports;
  const others = (): readonly string[] => teams().filter((team) => team !== WATCHER); // who looks is there
  let before = new Set<string>();
  while (!signal.aborted) {
    try {
      const now = new Set(inAll(await failingIn(reads, others(), clock.now())));
      const failing = [...now].filter((subject) => before.has(subject));
      before = now;
      const { events } = await handleEndless(ports, cascade, cascadeAt(WATCHER), { at: clock.now(), failing }, { signal });
      for (const { type, data } of events)
        if (type === "began") logger.warn(`${data.subjects.length} fail together: ${data.subjects.join(", ")}`, { code: "CASCADE" });
        else logger.info(`fewer than three fail together: ${data.subjects.join(", ") || "none"}`);
    } catch (error) {
      if (signal.aborted) return;
      logger.info(`what fails together is not known: ${error instanceof Error ? error.message : String(error)}`);
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined); // the signal is looked at
  }
}
