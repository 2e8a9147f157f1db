import { ArmadaError } from "@armada/contracts";
import type { Loaded, Log, Message } from "./ports.ts";

/** A domain as three pure functions: no clock, id, randomness or I/O inside. `decide` answers `[]` where it is so already. */
export type Decider<S, C, E> = {
  readonly initial: () => S;
  readonly evolve: (state: S, event: E) => S;
  readonly decide: (command: C, state: S) => readonly E[];
};

/** How an aggregate stands in the log. */
export type Aggregate<E> = {
  /** All its messages. */
  readonly filter: string;
  /** One message for the events of one decision; `version` is its ordinal in the aggregate, from 1. `id` is of its first envelope. */
  write(events: readonly E[], version: number): { readonly subject: string; readonly id: string; readonly body: string };
  read(message: Message): readonly E[];
};

export type Outcome<S, E> =
  | { readonly kind: "decided"; readonly events: readonly E[]; readonly state: S; readonly seq: number }
  | { readonly kind: "unchanged"; readonly state: S }
  | { readonly kind: "full" | "refused" | "unavailable"; readonly state: S };

export function fold<S, E>(decider: Pick<Decider<S, never, E>, "initial" | "evolve">, events: readonly E[]): S {
  return events.reduce(decider.evolve, decider.initial());
}

/**
 * Load, fold, decide, append with the expectation that nothing came between; on a conflict again. A write that was not
 * answered is looked for by its id. `tries` bounds how often an unanswered log is asked. @throws ArmadaError `LOG_UNAVAILABLE`,
 * `AGGREGATE_TOO_LONG`
 */
export async function handle<S, C, E>(
  log: Pick<Log, "load" | "append">,
  decider: Decider<S, C, E>,
  aggregate: Aggregate<E>,
  command: C,
  tries = 5,
): Promise<Outcome<S, E>> {
  let atLeast = 0;
  let unanswered: { readonly id: string; readonly events: readonly E[] } | undefined;
  for (let left = tries; ; ) {
    const loaded = await loadWithin(log, aggregate.filter, atLeast, () => --left > 0);
    if (loaded.kind === "too_many")
      throw new ArmadaError("AGGREGATE_TOO_LONG", `${aggregate.filter} has more messages than one load may bring`, {
        hint: "an aggregate without an end writes its state into each of its messages",
      });
    const { messages } = loaded;
    const state = fold(
      decider,
      messages.flatMap((message) => aggregate.read(message)),
    );
    const own = messages.find((message) => message.envelopes[0]?.id === unanswered?.id && unanswered !== undefined);
    if (own !== undefined && unanswered !== undefined) return { kind: "decided", events: unanswered.events, state, seq: own.seq };
    const events = decider.decide(command, state);
    if (events.length === 0) return { kind: "unchanged", state };
    const { subject, id, body } = aggregate.write(events, messages.length + 1);
    const last = messages.at(-1)?.seq ?? 0;
    const appended = await log.append(subject, body, { filter: aggregate.filter, last });
    if (appended.kind === "appended") return { kind: "decided", events, state: events.reduce(decider.evolve, state), seq: appended.seq };
    if (appended.kind === "conflict") {
      atLeast = Math.max(last, appended.last ?? 0);
      continue;
    }
    if (appended.kind === "full" || appended.kind === "refused" || --left === 0) return { kind: appended.kind, state };
    unanswered = { id, events };
  }
}

/** A load that is not answered is asked for again while `again` allows it. */
async function loadWithin(log: Pick<Log, "load">, filter: string, atLeast: number, again: () => boolean): Promise<Loaded> {
  for (;;) {
    try {
      return await log.load(filter, atLeast);
    } catch (error) {
      if (!(error instanceof ArmadaError && error.retryable && again())) throw error;
    }
  }
}
