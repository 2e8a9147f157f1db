import { deepEqual, equal } from "node:assert/strict";
import { appendJudged, type Judging, type Outgoing } from "../../append-once.ts";
import { type Decider, fold } from "../../decider.ts";
import { type Endless, endlessFilter, handleEndless, loadEndless, misfolded } from "../../endless.ts";
import type { Log, Message } from "../../ports.ts";
import { fact } from "./messages.ts";
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

const HALL = "evt.alpha.hall.*.one.*";

/** A hall whose writers read all that was taken, each with a message of its own. */
function hall(log: Log, by: number): Judging<Seats & { readonly seq: number }, Outgoing> {
  return {
    filter: HALL,
    read: async (atLeast) => {
      const loaded = await log.load(HALL, atLeast);
      const messages = loaded.kind === "loaded" ? loaded.messages : [];
      return { ...fold(seats, messages.flatMap(taken)), seq: messages.at(-1)?.seq ?? 0 };
    },
    judge: (state) => {
      const [event] = seats.decide(by, state);
      if (event === undefined) return undefined;
      const key = state.by.length + 1;
      return fact({ entity: "hall", event: "taken", id: "one", key }, event, { id: `${key}-${by}` });
    },
  };
}

function taken({ envelopes }: Message): Taken[] {
  return envelopes.flatMap(({ data }) => data as Taken);
}

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
        upTo(WRITERS).map(async (by) => {
          const { log } = clients[by % 5] ?? (await world.client());
          return appendJudged({ log, ...world.waits }, hall(log, by));
        }),
      );
      const won = upTo(WRITERS).filter((_, i) => outcomes[i]?.kind === "stored");
      const { messages } = await world.load((await world.client()).log, HALL, await headOf(world));
      const stored = messages.flatMap(taken).map(({ data }) => data.by);
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
