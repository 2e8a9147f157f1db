import { knowSecrets, type LiveText } from "@armada/contracts";
import type { Live } from "@armada/event-sourcing";
import { VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { CallText } from "./call-text.ts";

function text() {
  const got: LiveText[] = [];
  const live: Live = { publish: (piece) => void got.push(piece), watch: () => Promise.resolve() };
  const clock = new VirtualClock();
  const began = clock.now();
  const about = { run: "r", n: 2, attempt: 3, call: 1 };
  return {
    got,
    clock,
    passed: () => clock.now() - began,
    said: () => got.map((piece) => piece.text),
    text: new CallText(about, { live, clock }),
  };
}

test("the first piece leaves at once; what comes soon after leaves together", async () => {
  const { text: call, said, clock, got, passed } = text();
  call.add("a");
  expect(said()).toEqual(["a"]);
  call.add("b");
  call.add("c");
  expect(said()).toEqual(["a"]);
  await clock.run(() => got.length === 2, 1_000);
  expect([said(), passed()]).toEqual([["a", "bc"], 50]);
  call.end();
  expect(got.map(({ run, n, attempt, call: c, seq }) => [run, n, attempt, c, seq])).toEqual([
    ["r", 2, 3, 1, 0],
    ["r", 2, 3, 1, 1],
  ]);
});

test("after a pause a piece leaves at once", async () => {
  const { text: call, said, clock, passed } = text();
  call.add("a");
  void clock.sleep(60);
  await clock.run(() => passed() >= 60, 1_000);
  call.add("b");
  expect(said()).toEqual(["a", "b"]);
});

test("a fast stream leaves in pieces of about 200 characters, and its end at once", () => {
  const { text: call, said, got } = text();
  for (let i = 0; i < 1_001; i++) call.add("x");
  call.end();
  expect(said().map(({ length }) => length)).toEqual([1, 200, 200, 200, 200, 200]);
  expect(got.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
  call.end();
  expect(got.length).toBe(6);
});

test("a piece of any length fits its messages", () => {
  const { text: call, said } = text();
  const long = "0123456789".repeat(10_000);
  call.add(long);
  expect(said().join("")).toBe(long);
  expect(Math.max(...said().map(({ length }) => length))).toBeLessThanOrEqual(16_000);
});

test("a secret that comes in pieces leaves in none", async () => {
  using _ = knowSecrets(["canary-live-0123456789"]);
  const { text: call, said, clock } = text();
  call.add("it is canary-li");
  call.add("ve-01234567");
  void clock.sleep(200);
  await clock.run(() => clock.now() > 0, 1_000);
  call.add("89 or canary-");
  call.add("yellow, canary-live-0");
  call.end();
  expect(said().join("")).toBe("it is [hidden] or canary-yellow, canary-live-0");
  expect(said()[0]).toBe("it is ");
});
