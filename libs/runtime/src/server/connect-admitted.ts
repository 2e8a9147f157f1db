import { ArmadaError } from "@armada/contracts";
import { retry } from "@armada/event-sourcing";
import { asNotAdmitted, connectTeam, type NatsPorts } from "@armada/nats/client";
import { systemClock, systemRandom } from "../system-ports.ts";

/** Whoever made the identity may be about to have the server read it, by hand. */
const ADMITTED_MS = 300_000;

/**
 * Connects a service, which may be started before the server knows its identity: that is waited for, five minutes unless said.
 * @throws ArmadaError `NOT_ADMITTED`, and what `connectTeam` throws
 */
export function connectAdmitted(options: Parameters<typeof connectTeam>[0], within = ADMITTED_MS): Promise<NatsPorts> {
  const { team, servers, logger, signal } = options;
  const until = performance.now() + within;
  const connect = (): Promise<NatsPorts> =>
    connectTeam(options).catch((error: unknown) => {
      throw asNotAdmitted(error, team, servers);
    });
  const worth = (error: unknown): boolean => error instanceof ArmadaError && error.code === "NOT_ADMITTED" && performance.now() < until;
  return retry(team, { clock: systemClock, random: systemRandom, logger }, connect, { worth, signal });
}
