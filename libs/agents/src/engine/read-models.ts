import type { Message } from "@armada/event-sourcing";
import type { ReadModel, Team } from "../define.ts";
import { factOf } from "./facts.ts";
import type { Payloads } from "./payloads.ts";
import { factFilter } from "./queues.ts";

/** A read model's state and the sequence it reflects. */
export type View = { readonly name: string; readonly version: number; readonly asOf: number; readonly state: unknown };

/** The read models of a team in one replica, folded from the team's own stream in its order. */
export class ReadModels {
  readonly #models: readonly ReadModel[];
  readonly #states = new Map<string, { state: unknown; asOf: number }>();
  readonly #copies = new Set<string>();
  readonly #payloads: Payloads;

  constructor(team: Team, payloads: Payloads) {
    const used = new Map(team.readModels.map((model) => [model.name, model]));
    for (const agent of team.agents) for (const model of agent.context) used.set(model.name, model);
    this.#models = [...used.values()];
    this.#payloads = payloads;
    for (const model of this.#models) this.#states.set(model.name, { state: model.initial(), asOf: 0 });
  }

  /** What to follow: the facts that some model folds. */
  get filters(): readonly string[] {
    return [...new Set(this.#models.flatMap((model) => model.folds.map((fold) => factFilter(fold.on))))];
  }

  async fold(message: Message): Promise<void> {
    if (message.origin !== undefined) {
      const copy = copyOf(message);
      if (this.#copies.has(copy)) return;
      this.#copies.add(copy);
    }
    for (const model of this.#models)
      for (const fold of model.folds) {
        const read = await factOf(message, fold.on, this.#payloads);
        const now = this.#states.get(model.name);
        if (read !== undefined && now !== undefined)
          this.#states.set(model.name, { state: fold.evolve(now.state, read.fact), asOf: message.seq });
      }
  }

  views(): readonly View[] {
    return this.#models.map(({ name, version }) => ({ name, version, asOf: 0, state: undefined, ...this.#states.get(name) }));
  }

  /** What an agent's request carries: its read models by name, as of a sequence. */
  contextOf(models: readonly ReadModel[]): Readonly<Record<string, unknown>> | undefined {
    if (models.length === 0) return undefined;
    return Object.fromEntries(models.map((model) => [model.name, this.#states.get(model.name)?.state ?? model.initial()]));
  }
}

/**
 * Which fact a copy is of: by its event, not by its place. A source that was taken away and added, and a stream that was made
 * anew or restored, bring their history again; and in another stream of that name, another fact has the place.
 */
function copyOf({ envelopes }: Pick<Message, "envelopes">): string {
  return envelopes.map(({ team, id }) => `${team} ${id}`).join(" ");
}
