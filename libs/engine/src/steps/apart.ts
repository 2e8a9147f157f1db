import type { Agent } from "@armada/agents";
import { type Ports, retry } from "@armada/event-sourcing";
import type { HeldByStep } from "../runs/held-loops.ts";
import { callHere, type MakeCall } from "./agent-call.ts";
import type { Attempted } from "./attempt.ts";
import type { Sandbox, Sandboxing } from "./sandbox.ts";
import { BLAMED_MS, Suspects } from "./suspects.ts";

/** Which calls run in a sandbox: those of agents that say so, and of suspects. */
export class CallsApart {
  readonly #team: string;
  readonly #ports: Ports;
  readonly #sandboxing: Sandboxing;
  readonly #suspects: Suspects;

  constructor(team: string, ports: Ports, sandboxing: Sandboxing) {
    this.#team = team;
    this.#ports = ports;
    this.#sandboxing = sandboxing;
    this.#suspects = new Suspects({ ...ports, registers: sandboxing.registers });
  }

  /** A step of it was in hand when a process was lost. */
  suspect({ name }: Agent): void {
    this.#suspects.suspect(name);
  }

  /** A step held the event loop of a process until that was ended. */
  held({ agent, run, step, at }: HeldByStep): void {
    if (at + BLAMED_MS > this.#ports.clock.now()) this.#blame(agent, run, step, "held");
  }

  /** Makes an attempt where its agent's code is to run: here, or in a sandbox, for which no time of the attempt is spent waiting. */
  async attempt(
    { agent, run, step }: { readonly agent: Agent; readonly run: string; readonly step: number },
    make: (call: MakeCall) => Promise<Attempted>,
    signal: AbortSignal,
  ): Promise<Attempted> {
    const { name, limits, calls } = agent;
    const apart = limits.isolate !== undefined || (calls.lane !== "batch" && this.#suspects.has(name));
    if (!apart) return make(callHere(agent));
    let sandbox: Sandbox;
    try {
      sandbox = await this.#sandboxing.sandboxes.acquire(agent, signal);
    } catch (error) {
      return { kind: "failed", error, calls: undefined, conclude: () => undefined };
    }
    // Whose author says that it runs apart knows what it does.
    const blame = (how: "ended" | "held"): void => void (limits.isolate === undefined && this.#blame(name, run, step, how));
    void sandbox.held.then(() => blame("held"));
    try {
      return await make(sandbox.call);
    } finally {
      void sandbox.release().then((lost) => lost && blame("ended"));
    }
  }

  /** Before any step is taken: what the replicas before this one found out, and what one that was lost had in hand. */
  async recall(queues: readonly { readonly name: string; readonly agent: string }[], signal: AbortSignal): Promise<void> {
    await this.#suspects.recall(signal);
    if (!this.#sandboxing.afterLoss) return;
    const look = async ({ name, agent }: (typeof queues)[number]): Promise<void> => {
      const { unacked } = await retry(`queue ${name}`, this.#ports, () => this.#ports.log.depth(name), { signal });
      if (unacked > 0) this.#suspects.suspect(agent);
    };
    await Promise.all(queues.map(look));
  }

  #blame(agent: string, run: string, step: number, how: "ended" | "held"): void {
    if (!this.#suspects.blame(agent, { run, step, how })) return;
    const said = `step ${step} (${agent}) ${how} what it ran in: for ten minutes each call of ${agent} runs in a process of its own`;
    const hint = `limits.isolate of agent ${agent} has its calls always run apart`;
    this.#ports.logger.warn(said, { team: this.#team, run, step, agent, hint });
  }
}
