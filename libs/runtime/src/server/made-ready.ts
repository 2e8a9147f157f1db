import { ArmadaError, isRetryable } from "@armada/contracts";
import { accessIn, type NatsPorts } from "@armada/nats/client";
import { z } from "zod";
import type { Log } from "../log.ts";

// What a service waits for before it works: services, server and `armada provision` may be started in any order.
const Provisioned = z.object({ type: z.literal("provisioned"), serverSince: z.number() });
const WAIT_MS = 1_000;

/** Resolves once whoever started this process says that its server is ready for it, with when that was started, ms since 1970; 0 where nobody says. */
export function provisioned(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  if (env.ARMADA_HELD !== "1" || process.send === undefined) return Promise.resolve(0);
  return new Promise((resolve) => {
    const end = (since: number): void => {
      process.off("message", take);
      signal.removeEventListener("abort", stop);
      resolve(since);
    };
    const stop = (): void => end(0);
    const take = (message: unknown): void => {
      const { success, data } = Provisioned.safeParse(message);
      if (success) end(data.serverSince);
    };
    process.on("message", take);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** Waits for the team's identity in the folder `keys`, and says so, until it is there or `signal` is aborted. */
export async function identityReady(keys: string, team: string, log: Log, signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      await accessIn(keys).identity(team);
      return;
    } catch (error) {
      if (!(error instanceof ArmadaError && error.code === "IDENTITY_MISSING")) throw error;
      if (tries % 10 === 0)
        log.info(
          `waiting for the identity of ${team} in ${keys}: make it with \`armada provision --keys ${keys}\`, where its code is not in services/ with --team PATH`,
        );
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

/** Waits until a stream can be read, and says so, or until `signal` is aborted. @throws Error what no waiting mends */
export async function streamReady(stream: Pick<NatsPorts["log"], "head">, name: string, log: Log, signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      await stream.head();
      return;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (tries % 10 === 0) log.info(`waiting for the stream ${name}: make it with \`armada provision\` (${error.message})`);
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}
