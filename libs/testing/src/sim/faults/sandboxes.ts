import type { Agent, Team } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import { callAgent } from "@armada/engine/steps/agent-call";
import type { Sandbox, Sandboxes } from "@armada/engine/steps/sandbox";
import { type Clock, orAborted, type Random } from "@armada/event-sourcing";

/** Of calls: those that lose their sandbox, before or while their code runs, or hold it. */
const LOST = 0.35;
const HELD = 0.1;
const FAILS = 0.02;
const STARTS_MS = 400;
const CALL_MS = 2_000;

/** Sandboxes that end, stand still, or cannot be started, as a seed says. */
export class SimulatedSandboxes implements Sandboxes {
  readonly #agents: ReadonlyMap<string, Agent>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #counts: { lost: number };
  #closed = false;

  constructor(team: Team, clock: Clock, random: Random, counts: { lost: number }) {
    this.#counts = counts;
    this.#agents = new Map(team.agents.map((agent) => [agent.name, agent]));
    this.#clock = clock;
    this.#random = random;
  }

  async acquire(_: Pick<Agent, "limits">, signal: AbortSignal): Promise<Sandbox> {
    await this.#clock.sleep(this.#random.next() * STARTS_MS, signal);
    if (this.#closed || this.#random.next() < FAILS) throw new ArmadaError("SANDBOX_FAILED", "it was not ready in time");
    const fate = this.#random.next();
    const dies = fate < LOST;
    let lost = false;
    return {
      held: fate >= LOST && fate < LOST + HELD ? Promise.resolve() : new Promise(() => undefined),
      call: async (given, services, over) => {
        const agent = this.#agents.get(given.agent);
        if (agent === undefined) throw new Error(`no agent ${given.agent}`);
        if (!dies) return callAgent(agent, given, services, over);
        const ended = new AbortController();
        const end = this.#clock.sleep(this.#random.next() * CALL_MS, over).then(() => {
          lost = true;
          this.#counts.lost++;
          throw new ArmadaError("SANDBOX_ENDED", `what agent ${given.agent} ran in ended`);
        });
        end.catch((error: unknown) => ended.abort(error));
        return orAborted(callAgent(agent, given, services, AbortSignal.any([over, ended.signal])), ended.signal);
      },
      release: async () => lost,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
