import type { Agent } from "@armada/agents";
import type { Log } from "@armada/event-sourcing";
import type { BreakerState } from "@armada/resilience";

/** Why an agent's queues stand still. */
type Reason = "breaker" | "isolation";
type How = { readonly starting: boolean };

/**
 * While an agent's breaker is not closed, or it is isolated, nothing is delivered from its queues: what waits there keeps its attempts, and
 * its place. The steps of one with a fallback are delivered all the same, and answered by that. The server resumes by itself when the
 * later of the two is over.
 */
export class QueuePauses {
  readonly #log: Pick<Log, "pause">;
  readonly #queues: readonly { readonly agent: string; readonly name: string }[];
  readonly #agents: ReadonlyMap<string, Agent>;
  readonly #ends = new Map<string, Map<Reason, number>>();
  /** What the server is told of an agent goes out in the order in which it became so. */
  readonly #telling = new Map<string, Promise<void>>();

  constructor(
    log: Pick<Log, "pause">,
    { agents: queues }: { readonly agents: readonly { readonly agent: string; readonly name: string }[] },
    agents: ReadonlyMap<string, Agent>,
  ) {
    this.#log = log;
    this.#queues = queues;
    this.#agents = agents;
  }

  /** Has the queues stand as the breaker does. */
  breaker(agent: string, { status, until }: BreakerState, how: How): Promise<void> {
    return this.#until(agent, "breaker", status === "closed" || until === undefined ? 0 : Date.parse(until), how);
  }

  /** Has the queues stand still until then, ms since 1970; 0: nothing isolates the agent. */
  isolation(agent: string, until: number, how: How): Promise<void> {
    return this.#until(agent, "isolation", until, how);
  }

  async #until(name: string, reason: Reason, end: number, { starting }: How): Promise<void> {
    const agent = this.#agents.get(name);
    if (agent === undefined || (agent.fallback !== undefined && !starting)) return;
    const ends = this.#ends.get(name) ?? new Map<Reason, number>();
    this.#ends.set(name, ends.set(reason, agent.fallback === undefined ? end : 0));
    const told = (this.#telling.get(name) ?? Promise.resolve()).then(async () => {
      const until = Math.max(...ends.values());
      await Promise.all(this.#queues.filter((queue) => queue.agent === name).map((queue) => this.#log.pause(queue.name, until)));
    });
    this.#telling.set(
      name,
      told.catch(() => undefined), // who told it hears of it
    );
    return told;
  }
}
