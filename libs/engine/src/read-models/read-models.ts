import type { ReadModel, Team } from "@armada/agents";
import { ArmadaError, eventKey, isRetryable } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { factOf } from "../inbound/facts.ts";
import { factFilter } from "../inbound/queues.ts";
import { cut, messageOf } from "../journal/failure.ts";
import type { Payloads } from "../journal/payloads.ts";

/** Where a read model stopped, and why: the event whose fold threw, and its sequence in the team's stream. */
export type StoppedAt = {
  readonly version: number;
  readonly seq: number;
  readonly event: string;
  readonly type: string;
  readonly message: string;
};

/** A read model's state and the sequence it reflects. `stopped`: a fold threw, so that this is the state before that event. */
export type View = {
  readonly name: string;
  readonly version: number;
  readonly asOf: number;
  readonly state: unknown;
  readonly stopped?: StoppedAt;
};

type Known = { readonly state: unknown; readonly asOf: number; readonly stopped?: StoppedAt };
type Step = { readonly event: string; readonly type: string; next(state: unknown): unknown };

/**
 * The read models of a team in one replica, folded from the team's own stream in its order: each event once into each. One whose
 * fold throws stops there, by itself, and keeps the state before.
 */
export class ReadModels {
  readonly #models: readonly ReadModel[];
  readonly #states = new Map<string, Known>();
  readonly #copies = new Set<string>();
  readonly #payloads: Payloads;
  readonly #onStop: (model: string, at: StoppedAt, error: unknown) => void;

  constructor(team: Team, payloads: Payloads, onStop: (model: string, at: StoppedAt, error: unknown) => void = () => undefined) {
    const used = new Map(team.readModels.map((model) => [model.name, model]));
    for (const agent of team.agents) for (const model of agent.context) used.set(model.name, model);
    this.#models = [...used.values()];
    this.#payloads = payloads;
    this.#onStop = onStop;
    for (const model of this.#models) this.#states.set(model.name, { state: initialOf(model), asOf: 0 });
  }

  /** What to follow: the facts that some model folds. */
  get filters(): readonly string[] {
    return [...new Set(this.#models.flatMap((model) => model.folds.map((fold) => factFilter(fold.on))))];
  }

  /** @throws ArmadaError a retryable one, where what the event refers to cannot be read now: then no model has folded it */
  async fold(message: Message): Promise<void> {
    const copy = message.origin === undefined ? undefined : copyOf(message);
    if (copy !== undefined && this.#copies.has(copy)) return;
    const read = await Promise.all(this.#models.map(async (model) => [model, await this.#stepsOf(model, message)] as const));
    if (copy !== undefined) this.#copies.add(copy);
    for (const [model, steps] of read) this.#take(model, steps, message.seq);
  }

  views(): readonly View[] {
    return this.#models.map(({ name, version }) => ({ name, version, asOf: 0, state: undefined, ...this.#states.get(name) }));
  }

  /** What an agent's request carries: its read models by name, as of a sequence; without those that stopped. */
  contextOf(models: readonly ReadModel[]): Readonly<Record<string, unknown>> | undefined {
    if (models.length === 0) return undefined;
    const going = models.filter(({ name }) => this.#states.get(name)?.stopped === undefined);
    return Object.fromEntries(going.map(({ name }) => [name, this.#states.get(name)?.state]));
  }

  /** @throws ArmadaError `READ_MODEL_STOPPED` where a context lacks a declared read model because it stopped */
  checkContext(models: readonly ReadModel[], context: Readonly<Record<string, unknown>>): void {
    for (const { name } of models) {
      const stopped = this.#states.get(name)?.stopped;
      if (stopped !== undefined && !Object.hasOwn(context, name)) throw readModelStopped(name, stopped);
    }
  }

  async #stepsOf({ folds }: ReadModel, message: Message): Promise<readonly Step[]> {
    const steps: Step[] = [];
    for (const { on, evolve } of folds) {
      const envelope = message.envelopes.find(({ type }) => type === on.type);
      if (envelope === undefined) continue;
      const of = { event: eventKey(envelope), type: on.type };
      try {
        const read = await factOf(message, on, this.#payloads);
        if (read !== undefined) steps.push({ ...of, next: (state) => evolve(state, read.fact) });
      } catch (error) {
        if (isRetryable(error)) throw error;
        steps.push({ ...of, next: () => raise(error) });
      }
    }
    return steps;
  }

  #take({ name, version }: ReadModel, steps: readonly Step[], seq: number): void {
    const before = this.#states.get(name);
    if (before === undefined || before.stopped !== undefined) return;
    let { state } = before;
    for (const { event, type, next } of steps)
      try {
        state = next(state);
      } catch (error) {
        const stopped = { version, seq, event, type, message: cut(messageOf(error)) };
        this.#states.set(name, { ...before, stopped });
        return this.#onStop(name, stopped, error);
      }
    if (steps.length > 0) this.#states.set(name, { state, asOf: seq });
  }
}

/** @throws ArmadaError `READ_MODEL_INITIAL`: there is nothing to fold into */
function initialOf({ name, version, initial }: ReadModel): unknown {
  try {
    return initial();
  } catch (cause) {
    throw new ArmadaError("READ_MODEL_INITIAL", `the initial state of the read model ${name} v${version}: ${messageOf(cause)}`, { cause });
  }
}

function raise(error: unknown): never {
  throw error;
}

/** A read model that stopped, as it is said everywhere. */
export function readModelStopped(name: string, { version, seq, event, type, message }: StoppedAt): ArmadaError {
  return new ArmadaError(
    "READ_MODEL_STOPPED",
    `the read model ${name} v${version} stopped at event ${event} (${type}, sequence ${seq}): ${message}`,
    {
      hint: "mend its fold and start the team again, which builds the read model anew; the stack is in the team's log",
    },
  );
}

/**
 * Which fact a copy is of: by its event, not by its place. A source that was taken away and added, and a stream that was made
 * anew or restored, bring their history again; and in another stream of that name, another fact has the place.
 */
function copyOf({ envelopes }: Pick<Message, "envelopes">): string {
  return envelopes.map(({ team, id }) => `${team} ${id}`).join(" ");
}
