import { type Clock, type Logger, type Random, type Registers, retry } from "@armada/event-sourcing";
import { z } from "zod";

/** What was in hand when a process was lost comes again within this, ms: the longest that a log waits for a sign of life, and some more. */
const SUSPECTED_MS = 12_000;
/** How long all calls of an agent run apart after one of them lost, or held, what it ran in, ms. */
export const BLAMED_MS = 600_000;
/** The register of those that are blamed, of a team. */
const SUSPECTS = "suspects";
/** How often a register that another replica wrote meanwhile is read again. */
const TRIES = 10;

/** Why an agent's calls run apart. `at`, `until`: ms since 1970. */
export const Blame = z.object({
  run: z.string(),
  step: z.int(),
  how: z.enum(["ended", "held"]),
  at: z.int(),
  until: z.int(),
});
export type Blame = z.infer<typeof Blame>;
const Blames = z.record(z.string(), Blame);

/** By agent, what a team's register says; nothing where there is none. @throws what the registers throw */
export async function readBlames(
  registers: Pick<Registers, "get">,
): Promise<{ readonly blames: Readonly<Record<string, Blame>>; readonly revision: number }> {
  const there = await registers.get(SUSPECTS);
  return there === undefined ? { blames: {}, revision: 0 } : { blames: Blames.parse(JSON.parse(there.value)), revision: there.revision };
}

type SuspectPorts = { readonly clock: Clock; readonly random: Random; readonly logger: Logger; readonly registers?: Registers | undefined };

/**
 * Agents whose steps run apart, each call in a sandbox of its own: because a step of theirs was in hand when a process was lost, or
 * because one lost, or held, its sandbox. So the loss of a process is laid at the door of the step that caused it, and its neighbours
 * are charged nothing. Who is blamed stands in a register: the next replica knows it as it starts.
 */
export class Suspects {
  readonly #ports: SuspectPorts;
  readonly #until = new Map<string, number>();

  constructor(ports: SuspectPorts) {
    this.#ports = ports;
  }

  has(agent: string): boolean {
    return this.#ports.clock.now() < (this.#until.get(agent) ?? 0);
  }

  /** A step of it was in hand when a process was lost. */
  suspect(agent: string): void {
    this.#add(agent, this.#ports.clock.now() + SUSPECTED_MS);
  }

  /** A step of it lost, or held, what it ran in. Answers whether that is news. */
  blame(agent: string, about: Pick<Blame, "run" | "step" | "how">): boolean {
    const at = this.#ports.clock.now();
    const isNew = (this.#until.get(agent) ?? 0) < at + BLAMED_MS / 2;
    this.#add(agent, at + BLAMED_MS);
    const { registers } = this.#ports;
    if (isNew && registers !== undefined)
      this.#write(registers, agent, { ...about, at, until: at + BLAMED_MS }).catch((error: unknown) =>
        this.#ports.logger.warn(`that agent ${agent} runs apart was not written down: the next replica does not know it`, { error }),
      );
    return isNew;
  }

  /** Takes over what the replicas before found out. */
  async recall(signal: AbortSignal): Promise<void> {
    const { registers } = this.#ports;
    if (registers === undefined) return;
    const { blames } = await retry("who runs apart", this.#ports, () => readBlames(registers), { signal });
    for (const [agent, { until }] of Object.entries(blames)) this.#add(agent, until);
  }

  async #write(registers: Registers, agent: string, blame: Blame): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { blames, revision } = await readBlames(registers);
      const others = Object.entries(blames).filter(([name, { until }]) => name !== agent && until > blame.at);
      const value = JSON.stringify(Object.fromEntries([...others, [agent, blame]]));
      if ((await registers.put(SUSPECTS, value, revision)) !== undefined) return;
    }
    throw new Error(`others wrote the register ${TRIES} times meanwhile`);
  }

  #add(agent: string, until: number): void {
    this.#until.set(agent, Math.max(this.#until.get(agent) ?? 0, until));
  }
}
