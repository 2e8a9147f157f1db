import { stem } from "armada-mesh/text";

/** Words of one meaning, a line each. The first of a line stands for all. */
const SYNONYMS = [
  "open inaugurate inauguration opening opened",
  "found establish founding foundation founded established establishment",
  "build built construct construction erect constructed erected building-work",
  "destroy burn burnt destroyed destruction",
  "visitor visit visited guest attend attended attendance",
  "inhabitant resident population citizen live lived inhabit",
  "employ employee worker staff work employed employs workforce",
  "cost price paid pay spend spent expense bill worth value",
  "produce generate production output produced generated yield",
  "consume consumption use used usage need",
  "start begin began begun started beginning launch launched",
  "end finish finished ended complete completed completion",
  "close closed closure shut",
  "death die died dead deaths kill killed victim victims perish perished fatality fatalities",
  "born birth",
  "sink sank sunk sinking",
  "fall fell fallen collapse collapsed",
  "approve approved approval adopt adopted",
  "buy bought purchase purchased acquire acquired",
  "grow grew growth rise rose",
  "raise raised lift lifted salvage salvaged",
  "long length",
  "high height tall",
  "wide width broad",
  "deep depth",
  "heavy weigh weight weighs",
  "old age aged",
  "fast speed quick",
  "plant planted planting",
  "sign signed signing",
  "elect elected election",
  "car vehicle automobile",
  "house home",
  "school schools",
  "first original originally",
  "big large size",
  "discover discovered discovery",
  "invent invented invention",
  "lead led head headed",
  "reopen reopened reopening",
  "store stored storage",
  "seat seats",
  "cover covers covered area surface",
  "earn earned revenue income turnover",
  "arrive arrived arrival bring brought",
  "depart departed departure leave left",
  "fund funded funding finance financed",
];

const CANONICAL = new Map(
  SYNONYMS.flatMap((line) => {
    const stems = line.split(" ").map(stem);
    return stems.map((one) => [one, stems[0] ?? one] as const);
  }),
);

/** The stem that stands for all stems of its meaning. */
export function canonicalStem(one: string): string {
  return CANONICAL.get(one) ?? one;
}
