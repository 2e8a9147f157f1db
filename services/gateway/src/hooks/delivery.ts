import { backoff, type Random } from "@armada/event-sourcing";
import type { Order } from "@armada/operations/hooks/hook-file";
import { DOWN_AFTER, type Held, type HookState, type Mark, MOST_HELD } from "@armada/operations/hooks/hook-state";

// What a hook sends next, what waits, what is parked. No clock, no chance, no input or output: these are its callers'.
//
// What is read of a source stands in a window, in the order of its stream, until it was taken; the mark follows behind the window. What
// was not taken leaves the window with its key: the key is held, and all that comes of it is read again later, from the stream, in its
// order. So the mark never waits for one that fails, and the state is bounded by keys, however much waits behind each.

/** How many are sent at the same time. */
export const AT_ONCE = 16;
/** How many were read beyond what is on record, at most: so many are sent again after a kill, and no more. */
export const WINDOW = 256;
/** Tries of one, the receiver having taken something else between each two, after which it is parked. */
export const TRIES = 10;
/** Before something is sent again, ms. */
const WAIT = { first: 1_000, most: 60_000 };
const MOST_ASKED_MS = 3_600_000;
const ERROR_CHARACTERS = 120;

/** A message of a source. `id`: as its receiver knows it; `known`: as its stream does. `wanted`: whether the hook sends it. */
export type Item = {
  readonly source: string;
  readonly seq: number;
  readonly key: string;
  readonly id: string;
  readonly known: string;
  readonly time: number;
  readonly wanted: boolean;
};

type Placed = Item & { status: "waiting" | "flying" | "done" };

/** What to send: an item of the window, or the first that a held key has after `after`. */
export type Send = { readonly kind: "fresh"; readonly item: Item } | { readonly kind: "held"; readonly held: Readonly<Held> };

/**
 * What became of a message that was sent. `gone`: the receiver wants nothing more. `wait`: what it asks for, ms; `all`: and
 * whether it asks that of everything. `unsent`: it was not asked.
 */
export type Outcome =
  | { readonly kind: "taken" }
  | {
      readonly kind: "failed";
      readonly error: string;
      readonly gone?: boolean;
      readonly wait?: number;
      readonly all?: boolean;
      readonly unsent?: boolean;
    };

/** Time in ms since 1970, and chance. */
export type Now = { readonly now: number; readonly random: Pick<Random, "next"> };

/** A hook at work: what is on record (`HookState`), and what is not yet. */
export type Delivery = {
  readonly made: string;
  readonly marks: Map<string, Mark>;
  /** By source, in the order of its stream. */
  readonly windows: Map<string, Placed[]>;
  /** By key, those that wait longest first. */
  readonly held: Map<string, Held>;
  /** Keys of which one is on its way. */
  readonly flying: Set<string>;
  orders: number;
  taken: number;
  failures: number;
  failingSince: number | undefined;
  waits: number;
  notBefore: number;
  disabled: number | undefined;
  error: HookState["error"];
  /** Read or taken since the last record. */
  unsaved: number;
  /** Whether the record is not as it is. */
  dirty: boolean;
};

/** A hook as its record has it; without one, at its beginning. */
export function deliveryOf(made: string, state: HookState | undefined): Delivery {
  return {
    made,
    marks: new Map(Object.entries(state?.marks ?? {})),
    windows: new Map(),
    held: new Map((state?.held ?? []).map((one) => [one.key, one])),
    flying: new Set(),
    orders: state?.orders ?? 0,
    taken: state?.taken ?? 0,
    failures: state?.failures ?? 0,
    failingSince: state?.failingSince,
    waits: state?.waits ?? 0,
    notBefore: state?.notBefore ?? 0,
    disabled: state?.disabled,
    error: state?.error,
    unsaved: 0,
    dirty: state === undefined,
  };
}

/** What goes on record. */
export function stateOf(d: Delivery, writer: string): HookState {
  const { made, orders, taken, failures, failingSince, waits, notBefore, disabled, error } = d;
  return {
    layout: 1,
    made,
    writer,
    marks: Object.fromEntries(d.marks),
    held: [...d.held.values()],
    orders,
    taken,
    failures,
    ...(failingSince === undefined ? {} : { failingSince }),
    waits,
    notBefore,
    ...(disabled === undefined ? {} : { disabled }),
    ...(error === undefined ? {} : { error }),
  };
}

/** How many more may be read now. */
export function roomIn(d: Delivery): number {
  if (d.disabled !== undefined || d.failures >= DOWN_AFTER) return Math.max(0, AT_ONCE - inWindows(d));
  return Math.max(0, WINDOW - d.unsaved - inWindows(d));
}

/** Takes what was read of a source next, in its order. */
export function offer(d: Delivery, items: readonly Item[]): void {
  for (const item of items) {
    const window = d.windows.get(item.source) ?? [];
    d.windows.set(item.source, window);
    window.push({ ...item, status: item.wanted ? "waiting" : "done" });
  }
  for (const source of new Set(items.map((one) => one.source))) settleWindow(d, source);
}

/** What goes out now, which is on its way from then on; `at`: when to ask again though nothing has happened, ms since 1970. */
export function due(d: Delivery, now: number): { readonly send: readonly Send[]; readonly at: number | undefined } {
  if (d.disabled !== undefined) return { send: [], at: undefined };
  if (now < d.notBefore) return { send: [], at: d.notBefore };
  const down = d.failures >= DOWN_AFTER;
  const most = down ? 1 : AT_ONCE;
  const send: Send[] = [];
  const full = (): boolean => d.flying.size >= most || d.unsaved >= WINDOW;
  let at: number | undefined;
  const sendHeld = (): void => {
    const ready = [...d.held.values()].filter(({ key, parked }) => parked === undefined && !d.flying.has(key));
    if (down) ready.sort((a, b) => a.next - b.next);
    for (const held of ready) {
      if (full()) return;
      if (!down && held.next > now) {
        at = Math.min(at ?? held.next, held.next);
        continue;
      }
      d.flying.add(held.key);
      send.push({ kind: "held", held });
    }
  };
  const sendFresh = (): void => {
    for (const window of d.windows.values())
      for (const item of window) {
        // Each that is on its way may have to be held.
        if (full() || d.held.size + d.flying.size >= MOST_HELD) return;
        if (item.status !== "waiting" || d.flying.has(item.key)) continue;
        item.status = "flying";
        d.flying.add(item.key);
        send.push({ kind: "fresh", item });
      }
  };
  // One that is never taken must not be all that a receiver is probed with.
  const turns = down && d.waits % 2 === 0 ? [sendFresh, sendHeld] : [sendHeld, sendFresh];
  for (const turn of turns) turn();
  return { send, at };
}

/** What became of an item of the window. */
export function settleFresh(d: Delivery, item: Item, outcome: Outcome, time: Now): void {
  const placed = flown(d, item);
  if (placed === undefined) return;
  if (outcome.kind === "failed") hold(d, placed, 0);
  settle(d, placed.key, outcome, time);
  settleWindow(d, placed.source);
}

/** What became of the first of a held key's. */
export function settleHeld(d: Delivery, { key, seq, id, time: stored }: Item, outcome: Outcome, time: Now): void {
  const held = d.held.get(key);
  if (held === undefined || !d.flying.delete(key)) return; // its source was begun anew meanwhile
  d.held.set(key, { ...held, seq, id, time: stored });
  settle(d, key, outcome, time);
  if (outcome.kind === "failed") return;
  d.unsaved++;
  passHead(d, key, seq, time.now);
}

/** What could not be sent for want of the log is held until `next`, ms since 1970, as if it had not been tried. */
export function giveBack(d: Delivery, send: Send, next: number): void {
  if (send.kind === "fresh") {
    const placed = flown(d, send.item);
    if (placed === undefined) return;
    hold(d, placed, next);
    settleWindow(d, placed.source);
    return;
  }
  const held = d.held.get(send.held.key);
  if (held !== undefined && d.flying.delete(held.key)) d.held.set(held.key, { ...held, next });
}

/** What a held key waited for is not to be read any more, up to here. */
export function nothingHeld(d: Delivery, { key, last }: Pick<Held, "key" | "last">, now: number): void {
  d.flying.delete(key);
  passHead(d, key, last, now);
}

/** How far a source was read: its last message in the window, else its mark. */
export function readTo(d: Delivery, source: string): Mark {
  const { time, seq, known } = d.windows.get(source)?.at(-1) ?? { seq: undefined, known: undefined, time: 0, ...d.marks.get(source) };
  return seq === undefined || known === undefined ? { time } : { time, seq, known };
}

/** A source that was not read before begins with what was stored at `time` (ms since 1970) or later. */
export function begin(d: Delivery, source: string, time: number): void {
  if (d.marks.has(source)) return;
  d.marks.set(source, { time });
  d.dirty = true;
}

/**
 * The stream of a source is another one: nothing that is known of it holds. It is read again from before what was done of it, by
 * `margin` ms for clocks that differ, and not from before `floor`.
 */
export function beginAnew(d: Delivery, source: string, { margin, floor }: { readonly margin: number; readonly floor: number }): void {
  const held = [...d.held.values()].filter((one) => one.source === source);
  const known = [d.marks.get(source)?.time ?? floor, ...held.map(({ time }) => time)];
  const time = Math.max(floor, Math.min(...known) - margin);
  for (const { key } of held) {
    d.held.delete(key);
    d.flying.delete(key);
  }
  for (const { key, status } of d.windows.get(source) ?? []) if (status === "flying") d.flying.delete(key);
  d.windows.delete(source);
  d.marks.set(source, { time });
  d.dirty = true;
}

/** Does what operators want that was not done yet. */
export function obey(d: Delivery, orders: readonly Order[], now: number): void {
  for (const { n, do: what, ids } of orders) {
    if (n <= d.orders) continue;
    d.orders = n;
    d.dirty = true;
    if (what === "enable") {
      Object.assign(d, { disabled: undefined, failures: 0, failingSince: undefined, waits: 0, notBefore: 0 });
      continue;
    }
    for (const [key, held] of d.held) {
      if (held.parked === undefined || (ids !== undefined && !ids.includes(held.id))) continue;
      const { parked: _parked, ...again } = held;
      d.held.set(key, { ...again, attempts: 0, tries: 0, next: now });
      if (what === "discard") passHead(d, key, held.seq, now);
    }
  }
}

/** What was on record when `unsaved` was counted is so now. */
export function recorded(d: Delivery, unsaved: number): void {
  d.unsaved -= unsaved;
}

/** An item that is on its way no longer; undefined where its source was begun anew meanwhile. */
function flown(d: Delivery, { source, seq, known, key }: Item): Placed | undefined {
  const placed = d.windows.get(source)?.find((one) => one.seq === seq && one.known === known && one.status === "flying");
  if (placed === undefined) return undefined;
  placed.status = "done";
  d.flying.delete(key);
  return placed;
}

function hold(d: Delivery, { source, key, seq, id, time }: Item, next: number): void {
  const none = { attempts: 0, tries: 0, taken: d.taken, error: "" };
  d.held.set(key, { source, key, after: seq - 1, last: seq, seq, id, time, next, ...none });
  d.dirty = true;
}

function settle(d: Delivery, key: string, outcome: Outcome, { now, random }: Now): void {
  d.dirty = true;
  if (outcome.kind === "taken") {
    d.taken++;
    // What waited for a receiver that was down waits no longer.
    if (d.failures >= DOWN_AFTER)
      for (const [other, held] of d.held) if (held.parked === undefined) d.held.set(other, { ...held, next: Math.min(held.next, now) });
    Object.assign(d, { failures: 0, failingSince: undefined, waits: 0 });
    return;
  }
  const { gone = false, wait, all = false, unsent = false } = outcome;
  const error = outcome.error.slice(0, ERROR_CHARACTERS);
  d.error = { at: now, text: error };
  if (!unsent) {
    d.failures++;
    d.failingSince ??= now;
  }
  if (gone) d.disabled = now;
  const asked = wait === undefined ? undefined : now + Math.min(wait, MOST_ASKED_MS);
  if (asked !== undefined && all) d.notBefore = Math.max(d.notBefore, asked);
  // Those that failed together are one step.
  if (d.failures >= DOWN_AFTER && now >= d.notBefore) d.notBefore = now + backoff(WAIT, d.waits++, () => random.next());
  const held = d.held.get(key);
  if (held === undefined) return;
  const attempts = held.attempts + 1;
  const counts = held.attempts === 0 || d.taken > held.taken;
  const tries = held.tries + (counts ? 1 : 0);
  const next = Math.max(asked ?? 0, now + backoff(WAIT, attempts - 1, () => random.next()));
  const parked = tries >= TRIES ? { parked: now } : {};
  d.held.set(key, { ...held, attempts, tries, taken: d.taken, next, error, ...parked });
}

/** The first of a held key's is done: the next one is, or the key is held no longer. */
function passHead(d: Delivery, key: string, seq: number, now: number): void {
  const held = d.held.get(key);
  if (held === undefined) return;
  d.dirty = true;
  if (seq >= held.last) d.held.delete(key);
  else d.held.set(key, { ...held, after: seq, attempts: 0, tries: 0, taken: d.taken, next: now });
}

/** What is of a held key stands behind it; the mark follows what is done. */
function settleWindow(d: Delivery, source: string): void {
  const window = d.windows.get(source) ?? [];
  for (const item of window) {
    const held = item.status === "waiting" ? d.held.get(item.key) : undefined;
    if (held === undefined) continue;
    d.held.set(item.key, { ...held, last: item.seq });
    item.status = "done";
    d.dirty = true;
  }
  const left = window.findIndex(({ status }) => status !== "done");
  const done = left === -1 ? window.splice(0) : window.splice(0, left);
  const last = done.at(-1);
  if (last === undefined) return;
  d.unsaved += done.length;
  d.marks.set(source, { time: last.time, seq: last.seq, known: last.known });
  d.dirty = true;
}

function inWindows(d: Delivery): number {
  let sum = 0;
  for (const window of d.windows.values()) sum += window.length;
  return sum;
}
