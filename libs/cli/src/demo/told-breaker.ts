import { followBreaker } from "@armada/operations/breakers/follow";
import type { Session } from "@armada/operations/mesh/session";
import type { Output } from "../output.ts";
import type { BrokenAgent } from "./broken-agent.ts";

/** The breaker of a broken agent since the demo began. Times are ISO-8601 UTC. */
export type ToldBreaker = {
  /** Resolve at its first opening, and at its first closing. */
  readonly isOpen: Promise<void>;
  readonly isClosed: Promise<void>;
  opened(): string | undefined;
  closed(): string | undefined;
  /** When a call may try it; empty before it has opened. */
  until(): string;
};

/** Tells in lines what becomes of the agent's breaker from now on, as the log has it. */
export async function tellBreaker(
  { team, agent: { name: agent } }: BrokenAgent,
  session: Pick<Session, "log">,
  out: Output,
  signal: AbortSignal,
): Promise<ToldBreaker> {
  const log = session.log(team);
  const [open, close] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let opened: string | undefined;
  let closed: string | undefined;
  let until = "";
  followBreaker(
    log,
    { team, agent },
    await log.head(),
    ({ type, data }, { probe: _, ...state }) => {
      out.emit({ type: "breaker", team, agent, ...state });
      if (type === "opened") {
        opened ??= data.at;
        until = data.until;
        out.say(`the breaker of ${agent} is open: ${data.why}; the next call is tried at ${until}`);
        open.resolve();
      } else if (type === "closed") {
        closed ??= data.at;
        out.say(`the breaker of ${agent} is closed: its calls go out again`);
        close.resolve();
      } else if (type === "probing") out.say(`the breaker of ${agent} lets one call out, of all replicas, to try it`);
    },
    signal,
  ).catch((error: unknown) => {
    if (!signal.aborted) out.complain(String(error));
  });
  return { isOpen: open.promise, isClosed: close.promise, opened: () => opened, closed: () => closed, until: () => until };
}
