import { defaultTiers, priceOf } from "@armada/models";
import { describe, expect, it } from "vitest";
import { type Call, calls, listCost } from "./calls.ts";
import { loadWorkload, secondWorkload, tasksAt, Workload } from "./workload.ts";

const workload = loadWorkload();
const HOUR = 3_600_000;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const three = { agents: 50, days: 3, seed: 7 };

describe("the file", () => {
  it.each([
    ["a share too much", { share: 0.5 }, /shares sum to/],
    ["more repeats than a fifth", { repeatRate: 0.21 }, /repeatRate/],
    ["no reason", { why: "" }, /why/],
    ["a profile that is not there", { profile: "weekend" }, /no profile weekend/],
    ["a key nobody reads", { tokens: 1 }, /tokens/],
  ])("is refused with %s", (_, change, message) => {
    const [first, ...rest] = workload.tasks;
    expect(() => Workload.parse({ ...workload, tasks: [{ ...first, ...change }, ...rest] })).toThrow(message);
  });

  it("has tasks that cannot wait and tasks that can wait for the night", () => {
    const waits = workload.tasks.map((task) => task.toleranceSeconds);
    expect(Math.min(...waits)).toBeLessThanOrEqual(30);
    expect(Math.max(...waits)).toBe(86_400);
  });
});

describe("the rule of the sizes", () => {
  it.each(workload.sizes)("at %i agents changes shares by tier and context, and nothing else", (agents) => {
    const doublings = Math.log2(agents / 5);
    const tasks = tasksAt(workload, agents);
    expect(sum(tasks.map((task) => task.share))).toBeCloseTo(1, 9);
    expect(sum(tasks.filter((task) => task.tier === "orchestrator").map((task) => task.share))).toBeCloseTo(0.06 + 0.01 * doublings, 9);
    expect(sum(tasks.filter((task) => task.tier === "specialist").map((task) => task.share))).toBeCloseTo(0.24 + 0.02 * doublings, 9);
    for (const [i, task] of tasks.entries()) {
      const base = workload.tasks[i];
      expect(task.contextTokens).toBe(Math.round((base?.contextTokens ?? 0) * (1 + 0.15 * doublings)));
      expect({ ...task, share: 0, contextTokens: 0 }).toEqual({ ...base, share: 0, contextTokens: 0 });
    }
  });

  it("refuses agents that are not whole teams", () => {
    expect(() => tasksAt(workload, 12)).toThrow(RangeError);
  });
});

describe("the calls", () => {
  const all = [...calls(workload, three)];

  it("are the same for a seed, and others for another", () => {
    expect([...calls(workload, three)]).toEqual(all);
    expect([...calls(workload, { ...three, seed: 8 })]).not.toEqual(all);
  });

  it("come in order of time, a hundred a day from each agent", () => {
    const made = new Map<string, number>();
    let last = 0;
    for (const { at, agent, team } of all) {
      expect(at).toBeGreaterThanOrEqual(last);
      expect(team).toBe(Math.floor(agent / 5));
      last = at;
      const key = `${agent} on day ${Math.floor(at / (24 * HOUR))}`;
      made.set(key, (made.get(key) ?? 0) + 1);
    }
    expect(made.size).toBe(150);
    expect(new Set(made.values())).toEqual(new Set([100]));
  });

  it("have the shares and, near enough, the tokens of their tasks", () => {
    for (const task of tasksAt(workload, three.agents)) {
      const own = all.filter((call) => call.task.name === task.name);
      expect(Math.abs(own.length / all.length - task.share)).toBeLessThan(1 / 5000);
      for (const part of ["promptTokens", "contextTokens", "answerTokens"] as const) {
        const mean = sum(own.map((call) => call[part])) / own.length;
        expect(Math.abs(mean / task[part] - 1), `${task.name} ${part}`).toBeLessThan(0.05);
      }
    }
  });

  it("repeat at the rate of their task, within its hours and its team, with equal tokens", () => {
    const latest = new Map<string, Call>();
    const repeats = new Map<string, number>();
    for (const call of all) {
      const before = latest.get(call.prompt);
      latest.set(call.prompt, call);
      if (before === undefined) continue;
      repeats.set(call.task.name, (repeats.get(call.task.name) ?? 0) + 1);
      expect(call.at - before.at).toBeLessThan(call.task.repeatHours * HOUR);
      expect({ ...call, at: 0, agent: 0 }).toEqual({ ...before, at: 0, agent: 0 });
    }
    for (const task of tasksAt(workload, three.agents)) {
      const rate = (repeats.get(task.name) ?? 0) / all.filter((call) => call.task.name === task.name).length;
      expect(Math.abs(rate - task.repeatRate), task.name).toBeLessThan(0.02);
    }
  });

  it("share a context of one size within a team or a burst, never over a team's border", () => {
    const seen = new Map<string, Call>();
    for (const call of all) {
      const first = seen.get(call.context) ?? call;
      seen.set(call.context, first);
      expect([call.team, call.contextTokens, call.task.name]).toEqual([first.team, first.contextTokens, first.task.name]);
    }
    const ofBursts = [...seen.values()].filter((call) => call.task.contextOf === "burst");
    expect(ofBursts.length).toBeGreaterThan(1000);
    expect(seen.size - ofBursts.length).toBe(10 * workload.tasks.filter((task) => task.contextOf === "team").length);
  });

  it("follow the hours of their profile", () => {
    const evening = all.filter((call) => call.task.profile === "evening");
    for (const { at } of evening) expect((at / HOUR) % 24).toBeGreaterThanOrEqual(16);
  });
});

describe("the second workload", () => {
  it.each([1, 2, 3, 4, 5])("of seed %i has other sizes and shares, within a half of the first", (seed) => {
    const second = secondWorkload(workload, seed);
    expect(secondWorkload(workload, seed)).toEqual(second);
    for (const [i, task] of second.tasks.entries()) {
      for (const part of ["share", "promptTokens", "contextTokens", "answerTokens"] as const) {
        const drift = task[part] / (workload.tasks[i]?.[part] ?? 0) - 1;
        expect(Math.abs(drift)).toBeLessThan(0.51);
        expect(drift).not.toBe(0);
      }
    }
    expect(second.tasks.map((task) => task.repeatRate)).toEqual(workload.tasks.map((task) => task.repeatRate));
  });
});

describe("the cost with all measures off", () => {
  const price = priceOf(defaultTiers[workload.unoptimisedTier.tier], Date.parse("2026-11-01"));

  it("is every call in full at the price of one model", () => {
    const one: Call[] = [...calls(workload, { agents: 5, days: 1, seed: 1 })].slice(0, 1);
    const [call] = one;
    const input = (call?.promptTokens ?? 0) + (call?.contextTokens ?? 0);
    expect(listCost(one, price)).toBe(Math.ceil(input * 4 + (call?.answerTokens ?? 0) * 20));
  });

  it("is what shares and mean tokens say, within a hundredth", () => {
    const expected = tasksAt(workload, 10).map(
      (task) => task.share * 1000 * ((task.promptTokens + task.contextTokens) * 4 + task.answerTokens * 20),
    );
    expect(listCost(calls(workload, { agents: 10, days: 30, seed: 1 }), price) / (30 * sum(expected))).toBeCloseTo(1, 2);
  });
});
