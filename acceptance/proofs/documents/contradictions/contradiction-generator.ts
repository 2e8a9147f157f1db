import { decoyMakers } from "./contradiction-decoys.ts";
import { type Draw, dateIn, drawing, figure, fill, type Sides, type World } from "./contradiction-drawing.ts";
import { dates, fillers, firms, forenames, numbers, places, roles, surnames, tails, titles, towns } from "./contradiction-templates.ts";

/**
 * Seeded sets of documents with planted contradictions and with pairs that only look like them. What the detector
 * missed and listed here has been looked at once, and the kinds behind it mended with other sentences: its figure on these sets is
 * no longer that of unseen text. The same seed gives the same set.
 */
export type Place = { readonly file: string; readonly quote: string };
export type Planted = { readonly id: string; readonly kind: string; readonly places: readonly [Place, Place] };
export type Documents = readonly { readonly name: string; readonly text: string }[];
export type ContradictionSet = { readonly documents: Documents; readonly pairs: readonly Planted[]; readonly decoys: readonly Planted[] };

export function generate(seed: number): ContradictionSet {
  const draw = drawing(seed);
  const town = draw.one(towns);
  const [kind = "", otherKind = ""] = draw.some(places, 2);
  const world: World = { town, place: `${town} ${kind}`, other: `${town} ${otherKind}`, draw };
  const planted = [
    ...draw.some(numbers, 3 + draw.integer(0, 1)).map((slot) => otherNumber(world, slot)),
    ...draw.some(dates, 2 + draw.integer(0, 1)).map((slot) => otherDate(world, slot)),
    ...draw.some(roles, 2).map((slot) => otherName(world, slot)),
  ];
  const taken = new Set(planted.map((pair) => pair.slot));
  const free = decoyMakers.filter((maker) => !taken.has(maker.slot));
  const decoys = onePerSlot(draw.some(free, free.length))
    .slice(0, 7 + draw.integer(0, 2))
    .map((maker) => maker.make(world));
  return layOut(world, planted, decoys);
}

function onePerSlot<T extends { readonly slot: string }>(items: readonly T[]): T[] {
  return items.filter((item, at) => items.findIndex((earlier) => earlier.slot === item.slot) === at);
}

function otherNumber(world: World, slot: (typeof numbers)[number]): Sides {
  const { draw } = world;
  const steps = Math.round((slot.to - slot.from) / slot.step);
  const first = slot.from + draw.integer(0, steps) * slot.step;
  // At least a tenth apart, so that no reader takes it for rounding.
  const apart = Math.max(slot.step, Math.ceil((first * draw.integer(10, 45)) / 100 / slot.step) * slot.step);
  const second = draw.one([true, false]) && first - apart >= slot.from ? first - apart : first + apart;
  const year = String(draw.integer(2016, 2024));
  const [one = "", two = ""] = draw.some(slot.phrases, 2);
  return { slot: slot.slot, kind: "number", sides: [fill(one, world, figure(first), year), fill(two, world, figure(second), year)] };
}

function otherDate(world: World, slot: (typeof dates)[number]): Sides {
  const { draw } = world;
  const [year, month, day] = [draw.integer(1988, 2022), draw.integer(0, 11), draw.integer(1, 28)];
  const form = () => (draw.integer(0, 3) === 0 ? 1 : 0);
  const other = draw.one([
    dateIn(year, month, ((day + draw.integer(2, 20)) % 28) + 1, form()),
    dateIn(year, (month + draw.integer(1, 6)) % 12, day, form()),
    dateIn(year + draw.integer(1, 3), month, day, form()),
  ]);
  const [one = "", two = ""] = draw.some(slot.phrases, 2);
  return { slot: slot.slot, kind: "date", sides: [fill(one, world, dateIn(year, month, day, form()), ""), fill(two, world, other, "")] };
}

function otherName(world: World, slot: (typeof roles)[number]): Sides {
  const { draw } = world;
  const [one = "", two = ""] = draw.some(slot.phrases, 2);
  const [lastOne = "", lastTwo = ""] = draw.some(surnames, 2);
  const [firstOne = "", firstTwo = ""] = draw.some(forenames, 2);
  const [firmOne = "", firmTwo = ""] = draw.some(firms, 2);
  const values = slot.firm ? [firmOne, firmTwo] : [`${firstOne} ${lastOne}`, `${firstTwo} ${lastTwo}`];
  return { slot: slot.slot, kind: "name", sides: [fill(one, world, values[0] ?? "", ""), fill(two, world, values[1] ?? "", "")] };
}

/** Spreads the sides over five to seven documents, the two sides of a pair never in the same one. */
function layOut(world: World, pairs: readonly Sides[], decoys: readonly Sides[]): ContradictionSet {
  const { draw } = world;
  const heads = draw.some(titles, draw.integer(5, 7));
  const files = heads.map((head) => `${head.toLowerCase().replaceAll(/[^a-z]+/g, "-")}.${draw.one(["md", "md", "txt"])}`);
  const sentences = new Map<string, string[]>(files.map((file) => [file, []]));
  const place = (sides: Sides): Planted => {
    const [one = "", two = ""] = draw.some(files, 2);
    const put = (file: string, side: string): Place => {
      const quote = draw.integer(0, 5) === 0 ? `${side}${draw.one(tails)}.` : `${side}.`;
      sentences.get(file)?.push(quote);
      return { file, quote };
    };
    return { id: `${sides.kind}: ${sides.slot}`, kind: sides.kind, places: [put(one, sides.sides[0]), put(two, sides.sides[1])] };
  };
  const planted = { pairs: pairs.map(place), decoys: decoys.map(place) };
  // A filler stands in one document of a set only, or the detector would meet the same sentence twice.
  const spare = draw.some(fillers, fillers.length).map((filler) => `${fill(filler, world, "", "")}.`);
  const documents = files.map((name, at) => {
    const own = sentences.get(name) ?? [];
    const all = draw.some([...own, ...spare.splice(0, Math.floor(fillers.length / files.length))], Number.POSITIVE_INFINITY);
    const title = `${heads[at]}: the ${world.place}`;
    return { name, text: `${name.endsWith(".md") ? `# ${title}` : title}\n\n${paragraphs(all, draw)}\n` };
  });
  return { documents, ...planted };
}

function paragraphs(sentences: readonly string[], draw: Draw): string {
  const out: string[] = [];
  for (let at = 0; at < sentences.length; ) {
    const length = draw.integer(2, 4);
    out.push(sentences.slice(at, at + length).join(" "));
    at += length;
  }
  return out.join("\n\n");
}
