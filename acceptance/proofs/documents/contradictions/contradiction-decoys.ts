import { type Draw, dateIn, figure, fill, type Sides, type World } from "./contradiction-drawing.ts";
import { months } from "./contradiction-templates.ts";

/** A pair that looks like a contradiction and is none. `slot` keeps it out of a set that contradicts itself on the same thing. */
export type DecoyMaker = { readonly slot: string; make(world: World): Sides };

type Values = { readonly one: string; readonly two: string };

/** `left` and `right` are phrases in which {v} is the side's value. */
function decoy(slot: string, kind: string, left: string, right: string, values: (draw: Draw) => Values): DecoyMaker {
  return {
    slot,
    make(world) {
      const { one, two } = values(world.draw);
      return { slot, kind, sides: [fill(left, world, one, ""), fill(right, world, two, "")] };
    },
  };
}

/** The same thing in two different years. */
function byYear(slot: string, left: string, right: string, from: number, to: number): DecoyMaker {
  return {
    slot,
    make(world) {
      const year = world.draw.integer(2012, 2020);
      const later = year + world.draw.integer(1, 4);
      const value = () => figure(world.draw.integer(from, to) * 10);
      return { slot, kind: "year", sides: [fill(left, world, value(), String(year)), fill(right, world, value(), String(later))] };
    },
  };
}

const twoNumbers = (from: number, to: number) => (draw: Draw) => ({
  one: figure(draw.integer(from, to)),
  two: figure(draw.integer(from, to)),
});
const twoPeople = (draw: Draw) => ({ one: draw.person(), two: draw.person() });
const date = (draw: Draw, form: 0 | 1 = 0) => dateIn(draw.integer(1990, 2023), draw.integer(0, 11), draw.integer(1, 28), form);

export const decoyMakers: readonly DecoyMaker[] = [
  byYear("visitors", "{S} had {v} visitors in {y}", "In {y}, {v} people visited {S}", 2_100, 9_600),
  byYear(
    "electricity",
    "{S} used {v} megawatt-hours of electricity in {y}",
    "In {y} the electricity consumption of {S} was {v} megawatt-hours",
    18,
    94,
  ),
  byYear(
    "members",
    "The Friends of {X} had {v} members at the end of {y}",
    "At the end of {y} the Friends of {X} counted {v} members",
    13,
    240,
  ),
  byYear("trees", "In {y} gardeners planted {v} trees around {S}", "{v} trees were planted around {S} in {y}", 4, 46),
  {
    slot: "director",
    make(world) {
      const year = world.draw.integer(2004, 2018);
      const before = `${world.draw.person()} was the director of {S} from ${year - world.draw.integer(3, 12)} to ${year}`;
      const after = `Since ${year} the director of {S} has been ${world.draw.person()}`;
      return { slot: "director", kind: "year", sides: [fill(before, world, "", ""), fill(after, world, "", "")] };
    },
  },
  decoy("floor area", "unit", "{S} has a floor area of {v} square metres", "The floor area of {S} is {v} hectares", (draw) => {
    const hundreds = draw.integer(11, 98);
    return { one: figure(hundreds * 100), two: figure(hundreds / 100) };
  }),
  decoy(
    "path",
    "unit",
    "The footpath from the station to {S} is {v} metres long",
    "From the station to {S} the footpath has a length of {v} kilometres",
    (draw) => {
      const metres = draw.integer(5, 29) * 50;
      return { one: figure(metres), two: figure(metres / 1000) };
    },
  ),
  decoy(
    "tank",
    "unit",
    "The rainwater tank of {S} holds {v} cubic metres",
    "The rainwater tank of {S} has a capacity of {v} litres",
    (draw) => {
      const cubic = draw.integer(12, 140);
      return { one: figure(cubic), two: figure(cubic * 1000) };
    },
  ),
  decoy(
    "store",
    "unit",
    "The store of {S} can take {v} tonnes of goods",
    "Up to {v} kilograms of goods fit into the store of {S}",
    (draw) => {
      const tonnes = draw.integer(3, 48);
      return { one: figure(tonnes), two: figure(tonnes * 1000) };
    },
  ),
  decoy("opening", "unit", "{S} opened on {v}", "The opening of {S} took place on {v}", (draw) => {
    const [year, month, day] = [draw.integer(1990, 2023), draw.integer(0, 11), draw.integer(1, 28)] as const;
    return { one: dateIn(year, month, day, 0), two: dateIn(year, month, day, 1) };
  }),
  decoy("staff", "entity", "{S} employs {v} people", "{O} employs {v} people", twoNumbers(20, 240)),
  decoy(
    "tower",
    "entity",
    "The north tower of {S} is {v} metres high",
    "The south tower of {S} has a height of {v} metres",
    twoNumbers(18, 64),
  ),
  decoy("seats", "entity", "The main hall of {S} has {v} seats", "There are {v} seats in the small hall of {S}", twoNumbers(60, 900)),
  decoy("cafe", "entity", "The cafe of {S} opened on {v}", "The shop of {S} was opened on {v}", (draw) => ({
    one: date(draw),
    two: date(draw),
  })),
  decoy("chair", "entity", "The chair of the Friends of {X} is {v}", "{v} is the chair of the Friends of {O}", twoPeople),
  decoy("architect", "entity", "The architect of {S} was {v}", "{v} was the architect of {O}", twoPeople),
  decoy("ticket", "entity", "A day ticket for {S} costs {v} euros", "A family ticket for {S} costs {v} euros", (draw) => {
    const single = draw.integer(12, 40) / 2;
    return { one: figure(single), two: figure(single * 2 + draw.integer(2, 8)) };
  }),
  decoy(
    "cost",
    "rounding",
    "The renovation of {S} cost {v} euros",
    "The renovation costs of {S} came to about {v} million euros",
    (draw) => {
      const tenths = draw.integer(42, 380);
      return { one: figure(tenths * 100_000 + draw.integer(-4, 4) * 10_000), two: figure(tenths / 10) };
    },
  ),
  decoy(
    "collection",
    "rounding",
    "The collection of {S} comprises {v} objects",
    "About {v} objects belong to the collection of {S}",
    (draw) => {
      const hundreds = draw.integer(21, 480);
      return { one: figure(hundreds * 100 + draw.integer(-40, 40)), two: figure(hundreds * 100) };
    },
  ),
  decoy("letters", "rounding", "The archive of {S} keeps {v} letters", "The archive of {S} keeps more than {v} letters", (draw) => {
    const hundreds = draw.integer(12, 90);
    return { one: figure(hundreds * 100 + draw.integer(8, 60)), two: figure(hundreds * 100) };
  }),
  decoy(
    "approval",
    "rounding",
    "The town council approved the extension of {S} on {v}",
    "The extension of {S} was approved by the town council in {v}",
    (draw) => {
      const [year, month] = [draw.integer(1990, 2023), draw.integer(0, 11)] as const;
      return { one: dateIn(year, month, draw.integer(1, 28), 0), two: `${months[month]} ${year}` };
    },
  ),
  decoy("guides", "range", "{v} guides work at {S}", "Between {v} guides work at {S}, depending on the season", (draw) => {
    const guides = draw.integer(14, 60);
    return { one: figure(guides), two: `${guides - draw.integer(2, 6)} and ${guides + draw.integer(2, 8)}` };
  }),
  decoy("tour", "range", "A tour of {S} takes {v} minutes", "A tour of {S} takes {v} minutes, depending on the guide", (draw) => {
    const minutes = draw.integer(7, 17) * 5;
    return { one: figure(minutes), two: `${minutes - draw.one([5, 10])} to ${minutes + draw.one([5, 10, 15])}` };
  }),
  decoy(
    "cellar",
    "range",
    "The temperature in the cellar of {S} is {v} degrees Celsius",
    "In the cellar of {S} the temperature lies between {v} degrees Celsius",
    (draw) => {
      const degrees = draw.integer(8, 15);
      return { one: figure(degrees), two: `${degrees - draw.integer(1, 3)} and ${degrees + draw.integer(1, 4)}` };
    },
  ),
];
