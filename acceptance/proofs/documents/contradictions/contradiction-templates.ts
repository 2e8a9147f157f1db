/**
 * The raw material of `contradiction-generator.ts`. In a phrase `{S}` is the place, `{T}` its town, `{X}` the place's name without an
 * article, `{v}` the value, `{y}` a year that both sides share. Each phrase of a slot says the same thing in other words.
 */
export type Slot = { readonly slot: string; readonly phrases: readonly string[] };
export type NumberSlot = Slot & { readonly from: number; readonly to: number; readonly step: number };

/** Other number for the same thing, unit and period. */
export const numbers: readonly NumberSlot[] = [
  {
    slot: "visitors",
    from: 21_300,
    to: 96_000,
    step: 100,
    phrases: ["{S} had {v} visitors in {y}", "In {y}, {v} people visited {S}", "In {y} the number of visitors to {S} was {v}"],
  },
  {
    slot: "staff",
    from: 34,
    to: 210,
    step: 1,
    phrases: ["{S} employs {v} people", "{S} has a staff of {v} people", "A total of {v} people are employed at {S}"],
  },
  {
    slot: "cost",
    from: 4.2,
    to: 38,
    step: 0.1,
    phrases: [
      "The renovation of {S} cost {v} million euros",
      "The renovation costs of {S} came to {v} million euros",
      "{T} spent {v} million euros on the renovation of {S}",
    ],
  },
  {
    slot: "tower",
    from: 18,
    to: 64,
    step: 1,
    phrases: [
      "The tower of {S} is {v} metres high",
      "The tower of {S} has a height of {v} metres",
      "The tower of {S} rises {v} metres above the street",
    ],
  },
  {
    slot: "electricity",
    from: 180,
    to: 940,
    step: 10,
    phrases: [
      "{S} used {v} megawatt-hours of electricity in {y}",
      "In {y} the electricity consumption of {S} was {v} megawatt-hours",
      "In {y}, {S} consumed {v} megawatt-hours of electricity",
    ],
  },
  {
    slot: "seats",
    from: 120,
    to: 980,
    step: 2,
    phrases: ["The main hall of {S} has {v} seats", "There are {v} seats in the main hall of {S}", "The main hall of {S} offers {v} seats"],
  },
  {
    slot: "panels",
    from: 140,
    to: 1_900,
    step: 10,
    phrases: [
      "There are {v} solar panels on the roof of {S}",
      "The roof of {S} carries {v} solar panels",
      "On the roof of {S}, workers have mounted {v} solar panels",
    ],
  },
  {
    slot: "ticket",
    from: 6,
    to: 24,
    step: 0.5,
    phrases: [
      "A day ticket for {S} costs {v} euros",
      "The price of a day ticket for {S} is {v} euros",
      "Adults pay {v} euros for a day ticket for {S}",
    ],
  },
  {
    slot: "floor area",
    from: 1_200,
    to: 9_800,
    step: 100,
    phrases: [
      "{S} has a floor area of {v} square metres",
      "The floor area of {S} is {v} square metres",
      "The rooms of {S} have a floor area of {v} square metres in all",
    ],
  },
  {
    slot: "trees",
    from: 40,
    to: 460,
    step: 5,
    phrases: [
      "In {y} gardeners planted {v} trees around {S}",
      "{v} trees were planted around {S} in {y}",
      "Around {S}, the gardeners of {T} planted {v} trees in {y}",
    ],
  },
  {
    slot: "members",
    from: 130,
    to: 2_400,
    step: 10,
    phrases: [
      "The Friends of {X} had {v} members at the end of {y}",
      "At the end of {y} the Friends of {X} counted {v} members",
      "{v} members belonged to the Friends of {X} at the end of {y}",
    ],
  },
  {
    slot: "rooms",
    from: 7,
    to: 33,
    step: 1,
    phrases: [
      "{S} has {v} rooms that are open to the public",
      "{v} rooms of {S} are open to the public",
      "The public may enter {v} rooms of {S}",
    ],
  },
];

/** Other date for the same event. */
export const dates: readonly Slot[] = [
  {
    slot: "opening",
    phrases: ["{S} opened on {v}", "The opening of {S} took place on {v}", "On {v}, {S} was opened to the public"],
  },
  {
    slot: "approval",
    phrases: [
      "The town council approved the extension of {S} on {v}",
      "On {v}, the extension of {S} was approved by the town council",
      "Approval for the extension of {S} came from the town council on {v}",
    ],
  },
  {
    slot: "fire",
    phrases: [
      "A fire destroyed the workshop of {S} on {v}",
      "On {v} the workshop of {S} was destroyed by a fire",
      "The workshop of {S} burned down on {v}",
    ],
  },
  {
    slot: "foundation stone",
    phrases: [
      "The foundation stone of {S} was laid on {v}",
      "On {v}, the mayor laid the foundation stone of {S}",
      "Builders laid the foundation stone of {S} on {v}",
    ],
  },
  {
    slot: "closure",
    phrases: [
      "The old depot beside {S} closed on {v}",
      "On {v} the old depot beside {S} was closed",
      "The closure of the old depot beside {S} came on {v}",
    ],
  },
  {
    slot: "contract",
    phrases: [
      "The contract for the new heating of {S} was signed on {v}",
      "On {v}, both sides signed the contract for the new heating of {S}",
      "The signing of the contract for the new heating of {S} took place on {v}",
    ],
  },
];

/** Other name for the same role; `firm` slots take companies. */
export const roles: readonly (Slot & { readonly firm?: true })[] = [
  {
    slot: "director",
    phrases: ["The director of {S} is {v}", "{v} is the director of {S}", "{v}, the director of {S}, answers letters in person"],
  },
  { slot: "architect", phrases: ["The architect of {S} was {v}", "{S} was designed by the architect {v}", "{v} was the architect of {S}"] },
  {
    slot: "contractor",
    firm: true,
    phrases: [
      "The general contractor for {S} was {v}",
      "{v} was the general contractor for {S}",
      "As general contractor for {S}, {v} kept to the timetable",
    ],
  },
  {
    slot: "chair",
    phrases: ["{v} chairs the Friends of {X}", "The chair of the Friends of {X} is {v}", "{v} is the chair of the Friends of {X}"],
  },
  {
    slot: "engineer",
    phrases: [
      "The chief engineer of {S} is {v}",
      "{v} works as chief engineer of {S}",
      "{v}, chief engineer of {S}, begins the day with a walk through the cellars",
    ],
  },
  {
    slot: "caterer",
    firm: true,
    phrases: ["The cafe of {S} is run by {v}", "{v} runs the cafe of {S}", "The tenant of the cafe of {S} is {v}"],
  },
];

/** Sentences that state no figure, date or role. */
export const fillers: readonly string[] = [
  "Few buildings in {T} are talked about so much",
  "On rainy Sundays the queue reaches round the corner",
  "The smell of fresh paint has gone, and the floors begin to shine from use",
  "School classes come in the morning and leave a good deal of noise behind",
  "Old photographs in the entrance show how the street looked before the trams",
  "Neighbours complain about the bells and would miss them if they stopped",
  "A gardener keeps the ivy away from the windows",
  "Most visitors of {S} arrive on foot",
  "The stairs are worn in the middle, and nobody wants them replaced",
  "Volunteers look after the cloakroom and know many guests by name",
  "The heating makes a sound like a distant train",
  "Rain runs down the copper and has painted the wall green",
  "In summer the courtyard of {S} is used for concerts",
  "The town has promised to mend the pavement in front of {S}",
  "A cat sleeps on the counter and is mentioned in the guest book more often than the exhibits",
  "Bicycles lean against every railing",
  "The view from the upper windows reaches to the hills",
  "Some residents of {T} wanted a car park in its place",
  "Donations pay for the lamps and for the flowers",
  "The doors are heavy, and children push them in pairs",
  "Reporters from other towns have written kindly about {S}",
  "The cellar stays cool even in August",
  "A brass plate recalls those who gave money when it was short",
  "Everything that breaks is repaired in a small room behind the stage",
  "Evening light falls through the western gable and makes people lower their voices",
  "The archive of {T} keeps the plans in a flat drawer",
  "Swifts nest under the eaves, and the scaffolding had to wait for them",
  "An old bench beside the gate is said to bring luck before examinations",
];

export const tails: readonly string[] = [
  ", as the records show",
  ", according to the office",
  ", a fact that is often repeated",
  ", which surprised nobody",
  ", as older residents recall",
];

export const titles: readonly string[] = [
  "Annual report",
  "A visit on a weekday",
  "Minutes of the spring meeting",
  "Questions and answers",
  "Letter to the members",
  "From the town's yearbook",
  "Notes for guides",
  "A short history",
];

export const towns = [
  "Ostley",
  "Brannick",
  "Welhaven",
  "Thornmere",
  "Calverton",
  "Dunlow",
  "Easthampden",
  "Quillford",
  "Marrowby",
  "Sandrick",
];
export const places = [
  "Museum",
  "Theatre",
  "Library",
  "Observatory",
  "Concert Hall",
  "Botanical Garden",
  "Art School",
  "Maritime Centre",
  "Town Baths",
  "Railway Museum",
];
export const forenames = [
  "Anna",
  "Bernard",
  "Celia",
  "Dario",
  "Edith",
  "Farid",
  "Greta",
  "Hugo",
  "Irene",
  "Jakob",
  "Keiko",
  "Louis",
  "Miriam",
  "Nils",
  "Olive",
  "Pedro",
];
export const surnames = [
  "Abbott",
  "Bergstrom",
  "Castell",
  "Dreyer",
  "Engel",
  "Farrow",
  "Grantham",
  "Holloway",
  "Iversen",
  "Jarrett",
  "Kovacs",
  "Lambert",
  "Moreau",
  "Novak",
  "Okoye",
  "Pemberton",
  "Quayle",
  "Rossi",
  "Sorensen",
  "Tanaka",
];
export const firms = [
  "Harlan Works",
  "Meridian Construction",
  "Stone and Daughters",
  "Kestrel Partners",
  "Bluegate",
  "Fenwick Brothers",
  "Alder and Company",
  "Northgate Foods",
];
export const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
