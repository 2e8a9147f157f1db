import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { accessIn, asNotAdmitted, type Link, link } from "@armada/nats/client";

/** A server that starts anew, or a network that comes back, is there within this. */
const REACH_MS = 10_000;
const quiet: Logger = { info: () => undefined, warn: () => undefined };

/**
 * Connects a command as an identity of the folder `keys`. Services wait for their server for ever; whoever types a command is told
 * within `within` ms, ten seconds unless said, that it does not answer. `administration`: the folder of its secret, for who connects as it. @throws ArmadaError `LOG_UNAVAILABLE`, `NOT_ADMITTED`, and what `link` throws
 */
export async function reach(
  servers: string,
  keys: string,
  as: string,
  options: { logger?: Logger; within?: number; administration?: string } = {},
): Promise<Link> {
  const { logger = quiet, within = REACH_MS } = options;
  const late = AbortSignal.timeout(within);
  const identity = await accessIn(keys, options.administration).identity(as);
  try {
    return await link({ servers, identity, logger, signal: late });
  } catch (cause) {
    if (!late.aborted) throw asNotAdmitted(cause, as, servers);
    throw new ArmadaError("LOG_UNAVAILABLE", `nats-server at ${servers} did not answer within ${within / 1_000} s`, {
      cause,
      retryable: true,
      hint: "is it up, and is that its address? .armada/mesh.json has that of `armada up`, NATS_URL and --nats name another",
    });
  }
}
