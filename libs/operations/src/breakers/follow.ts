import { endlessFilter, type Log, readEndless } from "@armada/event-sourcing";
import { type BreakerEvent, type BreakerState, breakerOf } from "@armada/resilience";

/** Tells each change of an agent's breaker behind sequence `from`, with what it is since, until `signal` aborts. */
export async function followBreaker(
  log: Pick<Log, "follow">,
  { team, agent }: { readonly team: string; readonly agent: string },
  from: number,
  tell: (event: BreakerEvent, state: BreakerState) => void,
  signal: AbortSignal,
): Promise<void> {
  const aggregate = breakerOf(team, agent);
  await log.follow(
    [endlessFilter(aggregate)],
    from,
    (message) => {
      const { events, state } = readEndless(aggregate, message);
      for (const event of events) tell(event, state);
    },
    signal,
  );
}
