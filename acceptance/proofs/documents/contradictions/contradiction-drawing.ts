import { forenames, months, surnames } from "./contradiction-templates.ts";

/** Both sides of one pair, without full stop. */
export type Sides = { readonly slot: string; readonly kind: string; readonly sides: readonly [string, string] };

/** What the templates draw from. `other` is a second place of the same town. */
export type World = {
  readonly town: string;
  readonly place: string;
  readonly other: string;
  readonly draw: Draw;
};

export type Draw = {
  /** Integer from `from` to `to`, both included. */
  integer(from: number, to: number): number;
  one<T>(items: readonly T[]): T;
  /** `count` different items in random order; fewer when there are fewer. */
  some<T>(items: readonly T[], count: number): T[];
  person(): string;
};

/** `form` 0 is "4 May 2021", 1 is "May 4, 2021". */
export function dateIn(year: number, month: number, day: number, form: 0 | 1): string {
  return form === 0 ? `${day} ${months[month]} ${year}` : `${months[month]} ${day}, ${year}`;
}

/** "1,240", "18.6". */
export function figure(value: number): string {
  return (Math.round(value * 100) / 100).toLocaleString("en-GB", { maximumFractionDigits: 2 });
}

export function fill(phrase: string, world: World, value: string, year: string): string {
  const text = phrase
    .replaceAll("{S}", `the ${world.place}`)
    .replaceAll("{O}", `the ${world.other}`)
    .replaceAll("{X}", `the ${world.place}`)
    .replaceAll("{T}", world.town)
    .replaceAll("{v}", value)
    .replaceAll("{y}", year);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** mulberry32: 32 bits of state, public domain (Tommy Ettinger). */
export function drawing(seed: number): Draw {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const one = <T>(items: readonly T[]): T => {
    const item = items[integer(0, items.length - 1)];
    if (item === undefined) throw new Error("nothing to draw from");
    return item;
  };
  const some = <T>(items: readonly T[], count: number): T[] => {
    const rest = [...items];
    const out: T[] = [];
    while (out.length < count && rest.length > 0) out.push(...rest.splice(integer(0, rest.length - 1), 1));
    return out;
  };
  return { integer, one, some, person: () => `${one(forenames)} ${one(surnames)}` };
}
