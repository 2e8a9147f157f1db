import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { type Fleet, type Link, portsOf } from "@armada/nats";
import { ask } from "@armada/operations/mesh/ask";

const EVERY_MS = 30_000;
/** A stream that grows takes messages; one that has not for so long is asked. It is some 400 bytes each time. */
const IDLE_MS = 300_000;
const TRIES = 2;

/**
 * Appends to streams that nothing was appended to for five minutes: one whose disk failed looks well and answers no writer.
 * `unwritable` hears of it. Ends with the signal.
 */
export async function probeIdleStreams(
  operator: Link,
  about: {
    readonly fleet: Fleet;
    readonly teams: readonly string[];
    readonly unwritable: (said: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { fleet, teams, unwritable, signal } = about;
  const quiet: Logger = { info: () => undefined, warn: () => undefined };
  const seen = new Map<string, { head: number; at: number }>();
  const look = async (team: string): Promise<void> => {
    const { log, objects } = portsOf(operator, team, fleet, quiet);
    const head = await log.head();
    const before = seen.get(team);
    if (before === undefined || before.head !== head) return void seen.set(team, { head, at: performance.now() });
    if (performance.now() - before.at < IDLE_MS) return;
    for (let tries = 1; ; tries++) {
      try {
        await ask({ log, objects }, team, "health_check", randomBytes(8).toString("hex"), {});
        return;
      } catch (error) {
        if (!(error instanceof ArmadaError) || error.code !== "LOG_UNAVAILABLE") return; // full, which `health` tells
        if (tries === TRIES && (await log.head()) === head) return unwritable(`the stream TEAM_${team} answers no writer`);
        if (tries === TRIES) return;
      }
    }
  };
  while (!signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at
    // A server that is away is started again by who runs it.
    for (const team of teams) if (!signal.aborted) await look(team).catch(() => undefined);
  }
}
