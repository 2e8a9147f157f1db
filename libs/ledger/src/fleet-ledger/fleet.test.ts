import { covers, NOTHING } from "@armada/contracts";
import { given } from "@armada/event-sourcing/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFleetLimit, remaining } from "../limits.ts";
import { type FleetCommand, type FleetEvent, fleet, grantedTo, grantedToAll } from "./fleet.ts";

const amount = (micros: number) => ({ micros, tokens: micros * 10 });
const limit = { micros: 1_000 };
const limited: FleetEvent = { type: "limited", data: { limit } };
const grant = (team: string, wants: number, ahead = 0): FleetCommand => ({
  type: "grant",
  team,
  wants: amount(wants),
  ahead: amount(ahead),
  limit,
});
const granted = (team: string, micros: number, tokens = micros * 10): FleetEvent => ({
  type: "granted",
  data: { team, amount: { micros, tokens } },
});

test("a team gets what it wants, and a sixteenth of what is left then at most", () => {
  given(fleet, limited).when(grant("a", 200)).then(granted("a", 200));
  given(fleet, limited)
    .when(grant("a", 200, 9_999))
    .then(granted("a", 250, 2_000 + 99_990));
  given(fleet, limited, granted("a", 200))
    .when(grant("b", 100, 10))
    .then(granted("b", 110));
});

test("what does not fit is not granted in part, and less may still fit", () => {
  given(fleet, limited, granted("a", 900)).when(grant("b", 101)).then();
  given(fleet, limited, granted("a", 900)).when(grant("b", 100)).then(granted("b", 100));
});

test("the same ask twice is granted once, and one for less changes nothing", () => {
  given(fleet, limited)
    .when(grant("a", 200, 50))
    .thenAgain();
  given(fleet, limited, granted("a", 200)).when(grant("a", 150)).then();
});

test("a limit that was lowered grants nothing more, and one that is gone limits nothing", () => {
  const lower = { micros: 100 };
  given(fleet, limited, granted("a", 200))
    .when({ ...grant("b", 1), limit: lower })
    .then({ type: "limited", data: { limit: lower } });
  given(fleet, limited, granted("a", 200))
    .when({ ...grant("b", 1_000_000), limit: {} })
    .then({ type: "limited", data: { limit: {} } }, granted("b", 1_000_000));
});

test("grants together never go over the limit, and each is whole", () => {
  const asks = fc.array(fc.record({ team: fc.constantFrom("a", "b", "constructor"), wants: fc.nat(600), ahead: fc.nat(600) }));
  fc.assert(
    fc.property(asks, (all) => {
      let state = fleet.initial();
      for (const { team, wants, ahead } of all) {
        const before = grantedTo(state, team);
        state = fleet.decide(grant(team, wants, ahead), state).reduce(fleet.evolve, state);
        const now = grantedTo(state, team);
        expect(covers(remaining(limit, grantedToAll(state)), NOTHING)).toBe(true);
        expect(now === before || covers(now, amount(wants))).toBe(true);
        expect(covers(now, before)).toBe(true);
      }
    }),
  );
});

test("the fleet's limit is a month's", () => {
  expect(parseFleetLimit("$8000/month, 5M tokens/month")).toEqual({ micros: 8e9, tokens: 5e6 });
  for (const text of ["$8/day", "$8000/month, $1/run", "$8000/month, 5M tokens/day"])
    expect(() => parseFleetLimit(text), text).toThrow("is no limit of a month alone");
});
