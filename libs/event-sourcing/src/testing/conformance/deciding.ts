import { deepEqual, equal } from "node:assert/strict";
import { encodeBody } from "@armada/contracts";
import { type Aggregate, type Decider, handle } from "../../decider.ts";
import { type Endless, endlessFilter, handleEndless, loadEndless, misfolded } from "../../endless.ts";
import type { Scenario } from "./scenario.ts";
import { upTo, type World } from "./world.ts";

type Taken = { readonly type: "taken"; readonly data: { readonly by: number } };
type Seats = { readonly by: readonly number[] };

const SEATS = 12;
const WRITERS = 30;

/** Twelve seats; each writer may have one. */
const seats: Decider<Seats, number, Taken> = {
  initial: () => ({ by: [] }),
  evolve: ({ by }, { data }) => ({ by: [...by, data.by] }),
  decide: (by, state) => (state.by.length >= SEATS || state.by.includes(by) ? [] : [{ type: "taken", data: { by } }]),
};

const hall: Aggregate<Taken> = {
  filter: "evt.alpha.hall.*.one.*",
  write: (events, version) => {
    const id = `${version}-${events[0]?.data.by}`;
    const about = { source: "/teams/alpha", team: "alpha", time: "2026-01-01T00:00:00.000Z", schemaversion: 1, hops: 0 };
    const envelope = {
      specversion: "1.0",
      id,
      type: "alpha.hall.taken",
      data: events,
      correlationid: id,
      causationid: id,
      ...about,
    } as const;
    return { subject: `evt.alpha.hall.taken.one.${version}`, id, body: encodeBody([envelope]) };
  },
  read: ({ envelopes }) => envelopes.flatMap(({ data }) => data as Taken[]),
};

const hallWithoutEnd: Endless<Seats, Taken> = {
  team: "alpha",
  entity: "endless_hall",
  id: "one",
  parseEvent: (_, data) => ({ type: "taken", data: data as Taken["data"] }),
  parseState: (data) => data as Seats,
};

export const deciding: readonly Scenario[] = [
  {
    name: "of 30 deciders at once each hears what it got, and nothing is given twice",
    run: async (world) => {
      const clients = await world.clients(5);
      const outcomes = await Promise.all(
        upTo(WRITERS).map(async (by) => handle((clients[by % 5] ?? (await world.client())).log, seats, hall, by, 1_000)),
      );
      const won = upTo(WRITERS).filter((_, i) => outcomes[i]?.kind === "decided");
      const { messages } = await world.load((await world.client()).log, hall.filter, await headOf(world));
      const stored = messages.flatMap((message) => hall.read(message)).map(({ data }) => data.by);
      equal(stored.length, SEATS);
      deepEqual([...stored].sort(byNumber), won, "who was told to have a seat has one");
    },
  },
  {
    name: "the same with an aggregate without an end, whose history folds to the state in each message",
    run: async (world) => {
      const clients = await world.clients(5);
      let writers = 0;
      const random = { next: () => 0, id: () => `writer${writers++}` };
      const { clock } = world;
      const outcomes = await Promise.all(
        upTo(WRITERS).map(async (by) => {
          const { log } = clients[by % 5] ?? (await world.client());
          return handleEndless({ log, clock, random }, seats, hallWithoutEnd, by);
        }),
      );
      const won = upTo(WRITERS).filter((_, i) => outcomes[i]?.events.length === 1);
      const { log } = await world.client();
      const head = await headOf(world);
      const { state, version } = await world.persist(() => loadEndless(log, seats, hallWithoutEnd, head));
      equal(version, SEATS);
      deepEqual([...state.by].sort(byNumber), won, "who was told to have a seat has one");
      const { messages } = await world.load(log, endlessFilter(hallWithoutEnd), head);
      equal(misfolded(seats, hallWithoutEnd, messages), undefined);
    },
  },
];

async function headOf(world: World): Promise<number> {
  const { log } = await world.client();
  return world.persist(() => log.head());
}

function byNumber(a: number, b: number): number {
  return a - b;
}
