import { expect, test } from "vitest";
import { wantedInVain } from "./wanted-teams.ts";

const offers = (...names: string[]) => ({ capabilities: names.map((name) => ({ name, input: {}, output: {} })) });
const there = new Map([
  ["risk", offers("risk.check")],
  ["mute", offers()],
]);
const told = (asks: string[], sources: string[] = []): [string, unknown][] =>
  wantedInVain([{ team: "shop", asks, sources: sources.map((team) => ({ team, filters: [] })) }], there, new Set(["content"])).map(
    ({ name, value, ok }) => {
      expect(ok).toBe(false);
      return [name, value];
    },
  );

test("who asks a team that nobody has, or a capability that it does not offer, is told by name", () => {
  expect(told(["risk.check", "content.write"], ["risk", "content"])).toEqual([]);
  expect(told(["rsk.check", "risk.chek", "mute.say"])).toEqual([
    ["shop: ASKED_TEAM_MISSING", "it asks rsk.check, and there is no team rsk"],
    ["shop: ASKED_CAPABILITY_MISSING", "it asks risk.chek, and risk offers risk.check"],
    ["shop: ASKED_CAPABILITY_MISSING", "it asks mute.say, and mute offers nothing"],
  ]);
});

test("who takes facts of a team that nobody has is told by name", () => {
  expect(told([], ["rsk", "risk"])).toEqual([["shop: SOURCE_TEAM_MISSING", "it takes facts of rsk, and there is no team rsk"]]);
});
