import { fold } from "@armada/event-sourcing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type IsolationCommand, isIsolated, isolatedText, isolationFor, isolationOf } from "./isolation.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const one = isolationOf("content.illustrate");
const isolate = (at: number, ms: number): IsolationCommand => ({ type: "isolate", at, ms, why: "wrong images", by: "ada" });
const giveBack = (at: number): IsolationCommand => ({ type: "return", at, why: "mended", by: "bob" });
const after = (...commands: readonly IsolationCommand[]) =>
  commands.reduce((state, command) => fold({ ...one, initial: () => state }, one.decide(command, state)), one.initial());

test("it holds until its end, and not any more", () => {
  const state = after(isolate(NOON, 600_000));
  expect(state).toEqual({
    prefix: "content.illustrate",
    status: "isolated",
    since: "2026-01-01T12:00:00.000Z",
    until: "2026-01-01T12:10:00.000Z",
    why: "wrong images",
    by: "ada",
  });
  expect([NOON, NOON + 599_999, NOON + 600_000].map((at) => isIsolated(state, at))).toEqual([true, true, false]);
});

test("a second one moves the end, and its begin stays; after the end it begins anew", () => {
  expect(after(isolate(NOON, 600_000), isolate(NOON + 1_000, 60_000))).toMatchObject({
    since: "2026-01-01T12:00:00.000Z",
    until: "2026-01-01T12:01:01.000Z",
  });
  expect(after(isolate(NOON, 600), isolate(NOON + 1_000, 60_000))).toMatchObject({ since: "2026-01-01T12:00:01.000Z" });
});

test("who returns it is known; what is not isolated is not returned", () => {
  const state = after(isolate(NOON, 600_000), giveBack(NOON + 1_000));
  expect(state).toMatchObject({ status: "returned", until: "2026-01-01T12:00:01.000Z", why: "mended", by: "bob" });
  expect(isIsolated(state, NOON + 1_001)).toBe(false);
  expect(one.decide(giveBack(NOON + 2_000), state)).toEqual([]);
  expect(one.decide(giveBack(NOON), undefined)).toEqual([]);
  expect(one.decide(giveBack(NOON + 600_000), after(isolate(NOON, 600_000)))).toEqual([]);
});

test("returned twice is returned once, whatever was before", () => {
  const command = fc.oneof(
    fc.record({ at: fc.nat(1_000), ms: fc.integer({ min: 1, max: 500 }) }).map(({ at, ms }) => isolate(NOON + at, ms)),
    fc.nat(1_000).map((at) => giveBack(NOON + at)),
  );
  fc.assert(
    fc.property(fc.array(command), fc.nat(1_500), (commands, at) => {
      const state = after(...commands, giveBack(NOON + at));
      expect(isIsolated(state, NOON + at)).toBe(false);
      expect(one.decide(giveBack(NOON + at), state)).toEqual([]);
    }),
  );
});

test("of a team and its agent that which holds longest counts, and of another agent none", () => {
  const all = new Map([
    ["content", { ...after(isolate(NOON, 60_000)), prefix: "content" }],
    ["content.illustrate", after(isolate(NOON, 120_000))],
  ] as readonly (readonly [string, NonNullable<ReturnType<typeof after>>])[]);
  const at = (agent: string | undefined, when: number) => isolationFor(all, "content", agent, when)?.prefix;
  expect([at("illustrate", NOON), at("write", NOON), at(undefined, NOON)]).toEqual(["content.illustrate", "content", "content"]);
  expect([at("illustrate", NOON + 60_000), at("write", NOON + 60_000), at(undefined, NOON + 60_000)]).toEqual([
    "content.illustrate",
    undefined,
    undefined,
  ]);
  expect(isolationFor(all, "risk", "content", NOON)).toBeUndefined();
});

test("it says what, until when, by whom and why", () => {
  const state = after(isolate(NOON, 600_000));
  expect(state === undefined ? "" : isolatedText(state)).toBe(
    "content.illustrate is isolated until 2026-01-01T12:10:00.000Z by ada: wrong images",
  );
});
