import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AT_ONCE,
  beginAnew,
  type Delivery,
  deliveryOf,
  due,
  giveBack,
  type Item,
  type Outcome,
  obey,
  offer,
  readTo,
  recorded,
  roomIn,
  type Send,
  settleFresh,
  settleHeld,
  stateOf,
  TRIES,
  WINDOW,
} from "./delivery.ts";

const random = { next: () => 0.5 };
const at = (now: number) => ({ now, random });
const SOURCE = "evt.shop.order.*.*.*";
const item = (seq: number, key: string, wanted = true): Item => ({
  source: SOURCE,
  seq,
  key,
  id: `id${seq}`,
  known: `id${seq}`,
  time: seq,
  wanted,
});
const taken: Outcome = { kind: "taken" };
const failed = (more: object = {}): Outcome => ({ kind: "failed", error: "500", ...more });

function headOf(send: Send, stream: readonly Item[]): Item {
  if (send.kind === "fresh") return send.item;
  return stream.find(({ seq, key, wanted }) => wanted && key === send.held.key && seq > send.held.after) as Item;
}

function settle(d: Delivery, send: Send, stream: readonly Item[], outcome: Outcome, now: number): Item {
  const head = headOf(send, stream);
  if (send.kind === "fresh") settleFresh(d, head, outcome, at(now));
  else settleHeld(d, head, outcome, at(now));
  return head;
}

/** A gateway over a stream, which may die at any moment and begin again from its last record. */
class World {
  now = 1_000_000;
  readonly stream: Item[] = [];
  readonly got: Item[] = [];
  record = "";
  flying: Send[] = [];
  d: Delivery = deliveryOf("m", undefined);
  /** Of those that were taken, as of the last record. */
  recordedUpTo = 0;

  read(): void {
    const from = readTo(this.d, SOURCE)?.seq ?? 0;
    offer(this.d, this.stream.filter(({ seq }) => seq > from).slice(0, roomIn(this.d)));
  }
  send(): void {
    this.flying.push(...due(this.d, this.now).send);
    expect(this.flying.length).toBeLessThanOrEqual(AT_ONCE);
    const keys = this.flying.map((one) => (one.kind === "fresh" ? one.item.key : one.held.key));
    expect(new Set(keys).size).toBe(keys.length);
  }
  answer(which: number, outcome: Outcome): void {
    const [send] = this.flying.splice(which % Math.max(1, this.flying.length), 1);
    if (send === undefined) return;
    const head = settle(this.d, send, this.stream, outcome, this.now);
    if (outcome.kind === "taken") this.got.push(head);
  }
  save(): void {
    this.record = JSON.stringify(stateOf(this.d, "w"));
    recorded(this.d, this.d.unsaved);
    this.d.dirty = false;
    this.recordedUpTo = this.got.length;
  }
  kill(): void {
    // Of what is on its way every second one was taken, and nobody heard of it.
    for (const [i, send] of this.flying.entries()) if (i % 2 === 0) this.got.push(headOf(send, this.stream));
    expect(this.got.length - this.recordedUpTo).toBeLessThanOrEqual(WINDOW + AT_ONCE);
    this.flying = [];
    this.recordedUpTo = this.got.length;
    this.d = deliveryOf("m", this.record === "" ? undefined : JSON.parse(this.record));
  }
  settled(): boolean {
    return this.d.held.size === 0 && (readTo(this.d, SOURCE)?.seq ?? 0) === this.stream.length && this.flying.length === 0 && !this.waits();
  }
  waits(): boolean {
    return [...this.d.windows.values()].some((window) => window.length > 0);
  }
  finish(): void {
    for (let rounds = 0; !this.settled(); rounds++) {
      if (rounds > 5_000) throw new Error(`it does not end: ${JSON.stringify(stateOf(this.d, "w")).slice(0, 2_000)}`);
      obey(this.d, [{ n: this.d.orders + 1, do: "redrive" }], this.now);
      this.read();
      this.send();
      while (this.flying.length > 0) this.answer(0, taken);
      this.save();
      this.now += 61_000;
    }
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), keys: fc.array(fc.nat(12), { maxLength: 30 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("work" as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("answer" as const), which: fc.nat(20), ok: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("burst" as const), ok: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("back" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("save" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(70_000) }) },
);

test("whatever fails and whoever dies: all that is wanted comes, nothing else, and first receptions are in order per key", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const world = new World();
      for (const one of steps) {
        world.now += 10;
        if (one.do === "append") for (const key of one.keys) world.stream.push(item(world.stream.length + 1, `k${key}`, key !== 12));
        if (one.do === "work") {
          world.read();
          world.send();
        }
        if (one.do === "answer") world.answer(one.which, one.ok ? taken : failed());
        if (one.do === "burst") while (world.flying.length > 0) world.answer(0, one.ok ? taken : failed());
        if (one.do === "back") for (const send of world.flying.splice(0)) giveBack(world.d, send, world.now + 500);
        if (one.do === "save") world.save();
        if (one.do === "kill") world.kill();
        if (one.do === "wait") world.now += one.ms;
      }
      world.finish();
      const first = new Map<number, number>();
      world.got.forEach(({ seq }, i) => void (first.has(seq) || first.set(seq, i)));
      expect([...first.keys()].sort((a, b) => a - b)).toEqual(world.stream.filter(({ wanted }) => wanted).map(({ seq }) => seq));
      const byKey = new Map<string, number>();
      for (const [seq] of first) {
        const { key } = world.stream[seq - 1] as Item;
        expect(seq).toBeGreaterThan(byKey.get(key) ?? 0);
        byKey.set(key, seq);
      }
    }),
    { numRuns: 300 },
  );
});

test("a receiver that takes nothing is probed with one at a time, ever more slowly, and nothing of it is parked", () => {
  const world = new World();
  for (let i = 1; i <= 60; i++) world.stream.push(item(i, `k${i}`));
  const probes: number[] = [];
  for (let rounds = 0; rounds < 200; rounds++) {
    world.read();
    world.send();
    if (rounds > 0) expect(world.flying.length).toBeLessThanOrEqual(1);
    if (world.flying.length > 0) probes.push(world.now);
    while (world.flying.length > 0) world.answer(0, failed());
    world.now = due(world.d, world.now).at ?? world.now;
  }
  const waits = probes.slice(1).map((now, i) => now - (probes[i] ?? 0));
  expect(waits.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(Math.max(...waits)).toBe(30_000); // of a minute half by chance
  expect([...world.d.held.values()].filter(({ parked }) => parked !== undefined)).toEqual([]);
  // Those that were never tried are tried as well: one that is never taken is not all that it is probed with.
  expect(world.d.held.size).toBeGreaterThan(AT_ONCE + 20);
  world.finish();
  expect(world.got.length).toBe(60);
});

test("one that is never taken is parked after ten tries between which others were taken; what is of its key waits behind it", () => {
  const world = new World();
  world.stream.push(item(1, "bad"));
  for (let n = 1; n <= TRIES; n++) {
    expect(world.d.held.get("bad")?.parked).toBeUndefined();
    world.stream.push(item(world.stream.length + 1, `good${n}`), item(world.stream.length + 2, "bad"));
    world.now += 61_000;
    for (let again = 0; again < 3; again++) {
      world.read();
      world.send();
      while (world.flying.length > 0) {
        const [one] = world.flying;
        const key = one?.kind === "fresh" ? one.item.key : one?.held.key;
        world.answer(0, key === "bad" ? failed() : taken);
      }
    }
  }
  const held = world.d.held.get("bad");
  expect(held).toMatchObject({ tries: TRIES, seq: 1, parked: world.now, last: world.stream.length });
  world.now += 3_600_000;
  world.read();
  expect(due(world.d, world.now).send).toEqual([]);
  obey(world.d, [{ n: 1, do: "discard", ids: ["id1"] }], world.now);
  world.finish();
  const bad = world.stream.filter(({ key, seq }) => key === "bad" && seq > 1);
  expect(world.got.filter(({ key }) => key === "bad")).toEqual(bad);
});

test("410 ends a hook until it is enabled; an order is done once", () => {
  const world = new World();
  world.stream.push(item(1, "a"), item(2, "b"));
  world.read();
  world.send();
  world.answer(0, failed({ gone: true }));
  world.answer(0, taken);
  expect(world.d.disabled).toBe(world.now);
  world.now += 3_600_000;
  expect(due(world.d, world.now)).toEqual({ send: [], at: undefined });
  const enable = [{ n: 1, do: "enable" as const }];
  obey(world.d, enable, world.now);
  world.send();
  expect(world.flying.length).toBe(1);
  world.answer(0, failed({ gone: true }));
  obey(world.d, enable, world.now);
  expect(world.d.disabled).toBe(world.now);
});

test("who asks to be left alone is, at most an hour; of one message that asks, only its key is", () => {
  const world = new World();
  world.stream.push(item(1, "a"), item(2, "b"), item(3, "c"));
  world.read();
  world.send();
  world.answer(0, failed({ wait: 90_000 }));
  expect(world.d.held.get("a")?.next).toBe(world.now + 90_000);
  world.answer(0, failed({ wait: 7_200_000, all: true }));
  expect(due(world.d, world.now + 3_599_999)).toEqual({ send: [], at: world.now + 3_600_000 });
});

test("a source whose stream is another one begins before what was done of it, and not before the hook", () => {
  const world = new World();
  for (let seq = 1; seq <= 40; seq++) world.stream.push({ ...item(seq, `k${seq}`), time: 1_000 * seq });
  world.read();
  world.send();
  while (world.flying.length > 1) world.answer(0, taken);
  world.answer(0, failed());
  expect(world.d.held.size).toBe(1);
  beginAnew(world.d, SOURCE, { margin: 500, floor: 0 });
  expect(world.d.held.size).toBe(0);
  expect(readTo(world.d, SOURCE)).toEqual({ time: 15_500 });
  beginAnew(world.d, SOURCE, { margin: 10_000, floor: 12_000 });
  expect(readTo(world.d, SOURCE)).toEqual({ time: 12_000 });
});

test("what is not on record is at most a window, also where all is taken at once", () => {
  const world = new World();
  for (let seq = 1; seq <= 3 * WINDOW; seq++) world.stream.push(item(seq, `k${seq % 50}`));
  const run = (): void => {
    for (let rounds = 0; rounds < 200; rounds++) {
      world.read();
      world.send();
      while (world.flying.length > 0) world.answer(0, taken);
    }
  };
  run();
  expect(world.got.length).toBe(WINDOW);
  world.save();
  run();
  expect(world.got.length).toBe(2 * WINDOW);
});
