import { deepStrictEqual } from "node:assert/strict";
import { type Decider, fold } from "../decider.ts";

/** `given(decider, …events).when(command).then(…events)`: what a decision is, from what had happened. */
export function given<S, C, E>(
  decider: Decider<S, C, E>,
  ...events: readonly E[]
): { when(command: C): { then(...wanted: readonly E[]): void; thenState(wanted: S): void; thenAgain(): void } } {
  const state = fold(decider, events);
  return {
    when: (command) => {
      const decided = decider.decide(command, state);
      const after = decided.reduce(decider.evolve, state);
      return {
        // biome-ignore lint/suspicious/noThenProperty: the field's word; nobody awaits it
        then: (...wanted) => deepStrictEqual(decided, wanted),
        thenState: (wanted) => deepStrictEqual(after, wanted),
        /** Decided twice, the second time nothing is new. */
        thenAgain: () => deepStrictEqual(decider.decide(command, after), []),
      };
    },
  };
}
