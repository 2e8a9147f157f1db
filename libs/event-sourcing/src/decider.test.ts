import { expect, test } from "vitest";
import type { Decider } from "./decider.ts";
import { given } from "./testing/index.ts";

type Event = { readonly opened: string } | { readonly closed: true };
type Command = { readonly open: string } | { readonly close: true };
type State = { readonly owner: string | undefined; readonly closed: boolean };

const account: Decider<State, Command, Event> = {
  initial: () => ({ owner: undefined, closed: false }),
  evolve: (state, event) => ("opened" in event ? { ...state, owner: event.opened } : { ...state, closed: true }),
  decide: (command, state) => {
    if ("open" in command) return state.owner === undefined ? [{ opened: command.open }] : [];
    return state.owner === undefined || state.closed ? [] : [{ closed: true }];
  },
};

test("a decision follows from what had happened, and is made once", () => {
  given(account).when({ open: "Ada" }).then({ opened: "Ada" });
  given(account, { opened: "Ada" }).when({ open: "Bob" }).then();
  given(account, { opened: "Ada" }).when({ close: true }).thenState({ owner: "Ada", closed: true });
  given(account, { opened: "Ada" }).when({ close: true }).thenAgain();
  expect(() => given(account).when({ open: "Ada" }).then({ closed: true })).toThrow();
});
