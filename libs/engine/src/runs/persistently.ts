import { ArmadaError } from "@armada/contracts";
import type { Objects, Ports } from "@armada/event-sourcing";

/** Tries until it works or fails for good: while the log is away, the work in hand stays in hand. */
export async function persistently<T>(what: string, ports: Pick<Ports, "clock" | "logger">, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ArmadaError && error.retryable)) throw error;
      if (tries % 20 === 2) ports.logger.warn(`${what} waits: ${error.message}`, { tries });
      await ports.clock.sleep(pause(tries));
    }
  }
}

/** Objects that are asked for again while their store is away: what is in hand, paid answers among it, stays in hand. */
export function persistent({ objects, clock, logger }: Pick<Ports, "objects" | "clock" | "logger">): Pick<Objects, "put" | "get"> {
  const ports = { clock, logger };
  return {
    put: (bytes) => persistently("store a large value", ports, () => objects.put(bytes)),
    get: (digest, owner) => persistently("read a large value", ports, () => objects.get(digest, owner)),
  };
}

/** 50 ms, doubling to 2 s. */
export function pause(tries: number): number {
  return Math.min(50 * 2 ** Math.min(tries, 6), 2_000);
}
