import { encodeBody } from "@armada/contracts";
import { expect, test } from "vitest";
import { type Aggregate, type Decider, handle } from "./decider.ts";
import { HOSTILE } from "./memory/hostility.ts";
import { MemoryMesh } from "./memory/mesh.ts";
import { given, seededRandom, VirtualClock } from "./testing/index.ts";

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

function aggregate(writer: string): Aggregate<Event> {
  const about = {
    specversion: "1.0",
    source: "/teams/bank",
    type: "bank.account.changed",
    team: "bank",
    schemaversion: 1,
    hops: 0,
  } as const;
  return {
    filter: "evt.bank.account.*.a1.*",
    write: (events, version) => {
      const id = `${version}-${writer}`;
      const time = "2026-01-01T00:00:00.000Z";
      const body = encodeBody([{ ...about, id, subject: "a1", time, data: events, correlationid: "a1", causationid: "a1" }]);
      return { subject: `evt.bank.account.changed.a1.${version}`, id, body };
    },
    read: ({ envelopes }) => envelopes.flatMap(({ data }) => data as Event[]),
  };
}

test("a decision follows from what had happened, and is made once", () => {
  given(account).when({ open: "Ada" }).then({ opened: "Ada" });
  given(account, { opened: "Ada" }).when({ open: "Bob" }).then();
  given(account, { opened: "Ada" }).when({ close: true }).thenState({ owner: "Ada", closed: true });
  given(account, { opened: "Ada" }).when({ close: true }).thenAgain();
  expect(() => given(account).when({ open: "Ada" }).then({ closed: true })).toThrow();
});

test("of twenty writers on a hostile log one opens the account, and each hears how it stands", async () => {
  for (const seed of [1, 2, 3]) {
    const clock = new VirtualClock();
    const mesh = new MemoryMesh(clock, seededRandom(seed), HOSTILE);
    mesh.provision("bank", []);
    const all = Promise.all(
      Array.from({ length: 20 }, (_, i) => handle(mesh.connect("bank").log, account, aggregate(`w${i}`), { open: `owner ${i}` }, 50)),
    );
    let done = false;
    const outcomes = all.finally(() => {
      done = true;
    });
    await clock.run(() => done, 600_000);
    const kinds = (await outcomes).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "decided")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "unchanged")).toHaveLength(19);
    expect(new Set((await outcomes).map(({ state }) => state.owner)).size).toBe(1);
    expect(mesh.stream("bank").head).toBe(1);
  }
});
