/** How a place writes numbers, and sentences of its language. `{n}` is where the number stands; `{u}` its unit. */
export type NumberLocale = {
  readonly locale: string;
  /** Marks between groups of digits, each as somebody there types it. */
  readonly groups: readonly string[];
  readonly decimal: string;
  /** Digits in the groups before the last three. */
  readonly step: 2 | 3;
  /** Words for large numbers, with what they stand for. */
  readonly scales: readonly (readonly [word: string, factor: number])[];
  /** With the place of the amount. */
  readonly money: readonly string[];
  readonly between: readonly [before: string, word: string];
  readonly sentences: readonly string[];
  readonly around: readonly string[];
};

const NARROW = "\u202f";
const NO_BREAK = "\u00a0";

const ENGLISH = [
  "The ferry of {t} carried {n} last year, which is more than anybody had expected of it",
  "In its report on {t} the office gives {n} as the figure that all later plans rest on",
  "What the town of {t} counted in the end was {n}",
  "{n} was measured at {t} on the morning after the storm",
  "The bridge at {t} was built for {n} and has never been asked for more",
];
const AROUND_ENGLISH = ["Nobody in the town disputes it.", "The rest of the report is about the weather."];

export const numberLocales: readonly NumberLocale[] = [
  {
    locale: "en-GB",
    groups: [","],
    decimal: ".",
    step: 3,
    scales: [
      ["million", 1e6],
      ["billion", 1e9],
      ["thousand", 1e3],
    ],
    money: ["£#", "€#", "$#", "# euros", "# pounds"],
    between: ["between", "and"],
    sentences: ENGLISH,
    around: AROUND_ENGLISH,
  },
  {
    locale: "de-DE",
    groups: ["."],
    decimal: ",",
    step: 3,
    scales: [
      ["Millionen", 1e6],
      ["Mio.", 1e6],
      ["Milliarden", 1e9],
    ],
    money: ["# Euro", `#${NO_BREAK}€`, "# €"],
    between: ["zwischen", "und"],
    sentences: [
      "Die Fähre von {t} beförderte im letzten Jahr {n}, und damit mehr als erwartet",
      "Der Bericht über {t} nennt {n} als Grundlage aller weiteren Pläne",
      "Am Ende waren es in {t} nach Angaben der Stadt {n}",
      "{n} wurden am Morgen nach dem Sturm in {t} gemessen",
    ],
    around: ["In der Stadt zweifelt niemand daran.", "Der Rest des Berichts handelt vom Wetter."],
  },
  {
    locale: "fr-FR",
    groups: [NARROW, NO_BREAK],
    decimal: ",",
    step: 3,
    scales: [
      ["millions", 1e6],
      ["milliards", 1e9],
    ],
    money: [`#${NO_BREAK}€`, "# euros"],
    between: ["entre", "et"],
    sentences: [
      "Le bac de {t} a transporté {n} l’an dernier, bien plus que prévu",
      "Le rapport sur {t} retient {n} comme base de tous les projets",
      "À la fin, la ville de {t} a compté {n}",
      "{n} ont été mesurés à {t} le matin après la tempête",
    ],
    around: ["Personne en ville ne le conteste.", "Le reste du rapport parle du temps."],
  },
  {
    locale: "de-CH",
    groups: ["'", "’"],
    decimal: ".",
    step: 3,
    scales: [
      ["Millionen", 1e6],
      ["Mio.", 1e6],
      ["Mrd.", 1e9],
    ],
    money: ["CHF #", "Fr. #", "# Franken"],
    between: ["zwischen", "und"],
    sentences: [
      "Die Fähre von {t} beförderte im letzten Jahr {n}, und damit mehr als erwartet",
      "Der Bericht über {t} nennt {n} als Grundlage aller weiteren Pläne",
      "Am Ende waren es in {t} nach Angaben der Gemeinde {n}",
    ],
    around: ["In der Gemeinde zweifelt niemand daran.", "Der Rest des Berichts handelt vom Wetter."],
  },
  {
    locale: "sv-SE",
    groups: [NO_BREAK, NARROW],
    decimal: ",",
    step: 3,
    scales: [
      ["miljoner", 1e6],
      ["miljarder", 1e9],
    ],
    money: ["# kronor", `#${NO_BREAK}kr`],
    between: ["mellan", "och"],
    sentences: [
      "Färjan i {t} tog {n} i fjol, och det är mer än väntat",
      "Rapporten om {t} anger {n} som grund för alla planer",
      "Till slut räknade staden {t} till {n}",
    ],
    around: ["Ingen i staden tvivlar på det.", "Resten av rapporten handlar om vädret."],
  },
  {
    locale: "en-IN",
    groups: [","],
    decimal: ".",
    step: 2,
    scales: [
      ["lakh", 1e5],
      ["crore", 1e7],
    ],
    money: ["₹#", "Rs. #", "# rupees"],
    between: ["between", "and"],
    sentences: ENGLISH,
    around: AROUND_ENGLISH,
  },
];
