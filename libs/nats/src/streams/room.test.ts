import { expect, test } from "vitest";
import { boundsOf, differs, growthIn, type Held } from "./room.ts";

const MiB = 1024 * 1024;
const KINDS = ["TIMERS", "TEAM", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS", "SHOWN"];
const streamsOf = (teams: readonly string[], bytes: Readonly<Record<string, number>> = {}): Held[] =>
  teams.flatMap((team) => KINDS.map((kind) => ({ name: `${kind}_${team}`, bytes: bytes[`${kind}_${team}`] ?? 0 })));
const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `t${i}`);
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

test("grows by three quarters of what is free, never into the last 64 MiB, and up to a configured total", () => {
  expect(growthIn({ free: 1000 * MiB }, 5 * MiB)).toBe(750 * MiB);
  expect(growthIn({ free: 100 * MiB }, 5 * MiB)).toBe(36 * MiB);
  expect(growthIn({ free: 60 * MiB }, 5 * MiB)).toBe(0);
  expect(growthIn({ free: 1000 * MiB, total: 100 * MiB }, 30 * MiB)).toBe(70 * MiB);
  expect(growthIn({ total: 100 * MiB }, 130 * MiB)).toBe(0);
});

test("promises what there is and no more, however many teams there are and whatever they hold", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const teams = names((seed % 30) + 1);
    const bytes = Object.fromEntries(
      streamsOf(teams).map(({ name }, i) => [name, ((seed * (i + 7) * 7919) % 100) ** 2 * (seed % 3 === 0 ? 0 : 4_000)]),
    );
    const streams = streamsOf(teams, bytes);
    const growth = ((seed * 104_729) % 2_000) * MiB;
    const bounds = boundsOf(streams, growth);
    expect([...bounds.keys()].sort()).toEqual(streams.map(({ name }) => name).sort());
    const used = sum(streams.map(({ bytes: held }) => held));
    expect(sum(bounds.values())).toBeLessThanOrEqual(used + growth + streams.length * MiB);
    for (const { name, bytes: held } of streams) {
      expect(bounds.get(name), name).toBeGreaterThanOrEqual(MiB);
      if (/^(?:TEAM|OBJECTS|SHOWN|DRAWS|INDEX|TIMERS)_/.test(name)) expect(bounds.get(name), name).toBeGreaterThanOrEqual(held);
    }
  }
});

test("fourteen teams with 2 GB free get tens of megabytes each", () => {
  const bounds = boundsOf(streamsOf(names(14)), growthIn({ free: 2_000 * MiB }, 0));
  expect(bounds.get("TEAM_t3")).toBeGreaterThan(50 * MiB);
  expect(bounds.get("TIMERS_t3")).toBeGreaterThanOrEqual(MiB);
});

test("a team that uses its room gets more, idle ones keep a share, and caches take no team's room", () => {
  const heavy = boundsOf(streamsOf(names(10), { TEAM_t0: 400 * MiB, CACHE_t1: 300 * MiB }), 700 * MiB);
  expect(heavy.get("TEAM_t0")).toBeGreaterThan(700 * MiB);
  expect(heavy.get("TEAM_t5")).toBeGreaterThan(5 * MiB);
  expect(heavy.get("CACHE_t1")).toBeLessThan(10 * MiB);
});

test("a team's configured room holds, whatever is free", () => {
  const bounds = boundsOf(streamsOf(["a", "b"], { TEAM_a: 50 * MiB }), 100 * MiB, { a: 100 * MiB });
  expect(bounds.get("TEAM_a")).toBe(55 * MiB);
  expect(bounds.get("OBJECTS_a")).toBe(25 * MiB);
  expect(sum([...bounds].filter(([name]) => name.endsWith("_b")).map(([, bound]) => bound))).toBeLessThanOrEqual(70 * MiB);
});

test("small differences are left alone", () => {
  expect([differs(100, 109), differs(100, 91), differs(100, 111), differs(100, 89), differs(-1, 5)]).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});
