/** A domain as three pure functions: no clock, id, randomness or I/O inside. `decide` answers `[]` where it is so already. */
export type Decider<S, C, E> = {
  readonly initial: () => S;
  readonly evolve: (state: S, event: E) => S;
  readonly decide: (command: C, state: S) => readonly E[];
};

/** The state that the events give, in their order. */
export function fold<S, E>(decider: Pick<Decider<S, never, E>, "initial" | "evolve">, events: readonly E[]): S {
  return events.reduce(decider.evolve, decider.initial());
}
