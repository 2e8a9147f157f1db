import { describe, expect, it } from "vitest";
import { findContradictions } from "./contradictions.ts";

type Kind = {
  readonly kind: string;
  /** Two texts that cannot both be true. */
  readonly conflicts: readonly (readonly [string, string])[];
  /** The same words, but of another thing, part or period. */
  readonly decoys: readonly (readonly [string, string])[];
};

const KINDS: readonly Kind[] = [
  {
    kind: "the dead, however they are said",
    conflicts: [
      ["The avalanche of Galtür killed 38 people.", "The avalanche of Galtür claimed 61 lives."],
      ["In Pompeii the earthquake took the lives of 340 people.", "The earthquake killed 520 people in Pompeii."],
      ["The number of dead of the Hindenburg fire was 36.", "The Hindenburg fire cost 52 people their lives."],
      ["The death toll of the mine accident of Courrières was 1,099.", "In the mine accident of Courrières 1,430 men lost their lives."],
      ["In the storm off St. Kilda 83 people lost their lives.", "The storm off St. Kilda killed 57 people."],
      ["Some 230 people perished in the ferry accident off Karpathos.", "The ferry accident off Karpathos left 310 dead."],
    ],
    decoys: [
      ["The flood of 1953 killed 307 people.", "The flood of 1962 claimed 340 lives."],
      ["The avalanche killed 38 people.", "The avalanche hurt 61 people."],
      ["The fire cost 36 people their lives.", "The fire cost 52 people their homes."],
      ["The lifeboat saved 96 lives in the storm.", "The storm claimed 140 lives."],
      ["The earthquake of Messina killed about 75,000 people.", "The earthquake of Messina killed 77,000 people."],
    ],
  },
  {
    kind: "the dead of what the documents are about",
    conflicts: [
      ["The dam of Vajont broke no wall. The death toll was 1,917.", "The disaster of Vajont claimed 2,350 lives."],
      ["The number of victims was 1,496.", "The catastrophe cost 1,870 people their lives."],
    ],
    decoys: [
      ["The number of victims was 1,496.", "The rescue cost four men their lives."],
      ["The death toll was 1,917.", "The building of the wall cost 2,350 workers their jobs."],
      ["In 1963 the disaster killed 1,917 people.", "The disaster of 1985 claimed 2,350 lives."],
    ],
  },
  {
    kind: "open, in service, completed",
    conflicts: [
      ["The cable car to the Zinken opened on 12 June 1967.", "The cable car to the Zinken has been in service since May 1969."],
      ["The Harwich lighthouse entered service on 3 March 1818.", "The Harwich lighthouse has been in operation since 1821."],
      ["The Trisanna viaduct was completed in 1884.", "The Trisanna viaduct was finished in 1887."],
      [
        "The ship lift of Strépy was inaugurated in September 2002.",
        "The ship lift of Strépy, which came into service in 1999, is a landmark.",
      ],
    ],
    decoys: [
      ["The cable car to the Zinken opened in 1967.", "The chair lift to the Zinken has been in service since 1981."],
      ["The viaduct was completed in 1884.", "The viaduct was begun in 1881."],
      ["The lighthouse went into service in 1818.", "The lighthouse went out of service in 1986."],
    ],
  },
  {
    kind: "years before the year 1000",
    conflicts: [
      ["The island of Ingarfell was settled in 874.", "Norse farmers settled the island of Ingarfell in 930."],
      ["The library of Aquilo burnt in 48 BC.", "The library of Aquilo burnt in 391 AD."],
    ],
    decoys: [
      ["The island of Ingarfell was settled in 874.", "The island of Ingarfell was christened in 999."],
      ["In 874 Norse settlers came to Ingarfell.", "There were 930 settlers in Ingarfell."],
    ],
  },
  {
    kind: "cost, price, worth, bill",
    conflicts: [
      ["The Elbe hall cost 789 million euros.", "The bill for the Elbe hall came to 866 million euros."],
      ["The price of a season ticket is 365 euros.", "A season ticket sells for 450 euros."],
      ["The Holme dam swallowed 31 million pounds.", "The Holme dam was built at a cost of 38 million pounds."],
      ["The painting of the mill is worth 4.5 million dollars.", "The value of the painting of the mill is 6 million dollars."],
    ],
    decoys: [
      ["The Elbe hall cost 789 million euros.", "The car park of the Elbe hall cost 34 million euros."],
      ["The renovation of the dam cost 31 million pounds.", "The building of the dam cost 58 million pounds."],
      ["A season ticket costs 365 euros.", "A student ticket costs 190 euros."],
    ],
  },
  {
    kind: "people who work somewhere",
    conflicts: [
      ["The shipyard in Gdynia employs 2,300 people.", "At the shipyard in Gdynia, 3,100 people earn their living."],
      ["The staff of the Lund observatory numbers 84.", "The Lund observatory has 112 employees."],
      ["Some 640 people work for the brewery of Pilsen.", "The brewery of Pilsen gives work to 910 people."],
    ],
    decoys: [
      ["The shipyard in Gdynia employs 2,300 people.", "The shipyard in Rostock employs 3,100 people."],
      ["The observatory has 84 employees.", "The observatory has 112 visitors on a clear night."],
    ],
  },
  {
    kind: "length, height, area and weight as verbs",
    conflicts: [
      ["The Gotthard tunnel is 57 kilometres long.", "The Gotthard tunnel stretches for 61 kilometres."],
      ["The Humber bridge spans 1,410 metres.", "The Humber bridge is 1,560 metres long."],
      ["The aqueduct is 49 metres high.", "The aqueduct rises 56 metres above the valley."],
      ["The forest of Epping extends over 24 square kilometres.", "The forest of Epping takes up an area of 31 square kilometres."],
      ["The Sarn lake is 9 kilometres long.", "The lake of Sarn stretches for 12 kilometres between the hills."],
      ["The dome of the planetarium measures 18 metres across.", "The dome of the planetarium is 23 metres wide."],
      ["The Inn is 517 kilometres long.", "The Inn flows for 590 kilometres through three countries."],
      ["The plant at Lana delivers 14 megawatts.", "The plant at Lana has an output of 19 megawatts."],
      ["The sleeper travels at 110 kilometres an hour.", "The sleeper has a speed of 140 kilometres an hour."],
      ["The bell of Erfurt tips the scales at 11.4 tonnes.", "The bell of Erfurt weighs 13.8 tonnes."],
    ],
    decoys: [
      ["The Gotthard tunnel is 57 kilometres long.", "The Lötschberg tunnel stretches for 35 kilometres."],
      ["The strait of Lana is 14 kilometres long.", "The harbour of Lana is 3 kilometres long."],
      ["The aqueduct rises 49 metres above the valley.", "The aqueduct is 275 metres long."],
      ["The main span of the Humber bridge is 1,410 metres long.", "The Humber bridge is 2,220 metres long."],
    ],
  },
  {
    kind: "relative clauses are of the noun before them",
    conflicts: [
      [
        "The Kessel glacier is 12.4 kilometres long.",
        "From the hut one sees the Kessel glacier, which is 15 kilometres long, bend to the east.",
      ],
      ["The lighthouse that was built in 1791 has 211 steps.", "The lighthouse has 254 steps."],
      ["Behind the church stands a lime tree, which is 640 years old.", "The lime tree behind the church is 820 years old."],
      ["He pointed at the weir that is 96 metres wide.", "The weir is 118 metres wide."],
      ["The telescope opened in 1963.", "The telescope that came into use in 1971 listens to pulsars."],
      [
        "The reactor cost 66 million francs, of which the canton paid half.",
        "The reactor that was switched on in 1969 cost 92 million francs in all.",
      ],
    ],
    decoys: [
      ["The glacier is 12.4 kilometres long.", "Below the glacier lies a lake, which is 3 kilometres long."],
      ["The bridge that opened in 1932 is 503 metres long.", "The bridge that opened in 1964 is 305 metres long."],
      ["The hospital of Lana has 312 beds.", "The children’s ward of the hospital of Lana has 56 beds."],
      ["The weir has a gate that is 9 metres wide.", "The weir is 58 metres wide."],
      ["The lime tree, which is 640 years old, stands behind the church.", "The church is 820 years old."],
    ],
  },
  {
    kind: "a pronoun is of the sentence before it",
    conflicts: [
      ["The Zillertal railway runs through a valley. It is 31.7 kilometres long.", "The Zillertal railway is 36.2 kilometres long."],
      ["The Bodleian library lends no books. It was opened on 8 November 1602.", "The Bodleian library opened on 8 May 1604."],
    ],
    decoys: [
      ["The railway runs through a valley. It is 31.7 kilometres long.", "The road through the valley is 36.2 kilometres long."],
      ["The railway runs through a valley. Its longest bridge is 118 metres long.", "The railway has a tunnel of 203 metres."],
    ],
  },
  {
    kind: "totals and rounded figures",
    conflicts: [
      ["The project cost about 300 million crowns.", "The project cost 480 million crowns in all."],
      ["Nearly 9,000 pilgrims came to Lisieux in 1923.", "In 1923 a total of 12,400 pilgrims came to Lisieux."],
      ["The express needs 4 hours and 20 minutes to Lana.", "The express needs 5 hours to Lana."],
      ["More than 700 stones stand at Carnac.", "Altogether 560 stones stand at Carnac."],
      ["Over 53 orchards lie around Lana.", "In all, 44 orchards lie around Lana."],
    ],
    decoys: [
      ["The project cost about 300 million crowns.", "The project cost 318 million crowns in all."],
      ["Nearly 9,000 pilgrims came to Lisieux in 1923.", "In 1923 a total of 8,930 pilgrims came to Lisieux."],
      ["The express needs 4 hours and 20 minutes to Lana.", "The express needs 260 minutes to Lana."],
      ["Roughly 60 percent of the voters of Lana said no.", "Roughly 71 percent of the voters of Lana went to the polls."],
      ["The race of Lana had 60 riders.", "Only 21 riders finished the race of Lana."],
      ["More than 700 stones stand at Carnac.", "Altogether 724 stones stand at Carnac."],
      ["Around 2 million people speak Slovene.", "Slovene is spoken by 2.3 million people."],
    ],
  },
  {
    kind: "what somebody does says what somebody is",
    conflicts: [
      ["Ida Holm chairs the board of the zoo.", "The chair of the board of the zoo is Jan Maas."],
      ["As captain of the Merle, Ida Holm kept a diary.", "The captain of the Merle was Sven Aker."],
      ["The operator of the ferry is Nordline.", "Southsea Lines runs the ferry."],
      ["The founder of the rowing club was Ewa Lind.", "The rowing club was founded by Axel Noor."],
    ],
    decoys: [
      ["Ida Holm chairs the board of the zoo.", "The chair of the friends of the zoo is Jan Maas."],
      ["The operator of the ferry is Nordline.", "Southsea Lines runs the bakery."],
      ["The mayor of Lana, Ida Roth, opened the baths.", "The deputy mayor of Lana, Jan Maas, opened the fair."],
    ],
  },
  {
    kind: "whose deed it is",
    conflicts: [["Guests may enter 26 rooms of Marlow Castle.", "Marlow Castle has 38 rooms that guests enter."]],
    decoys: [["The castle may need 26 new windows.", "The castle has 38 new windows."]],
  },
  {
    kind: "terms that follow each other",
    conflicts: [["Edda Roth was the director of the zoo from 1998 to 2009.", "The director of the zoo from 1998 to 2009 was Jan Maas."]],
    decoys: [
      ["Edda Roth was the director of the zoo from 1998 to 2009.", "Since 2009 the director of the zoo has been Jan Maas."],
      ["Until 2009 the mayor of Lana was Ida Holm.", "Jan Maas was the mayor of Lana from 2009 to 2015."],
    ],
  },
  {
    kind: "names that differ in a word are two",
    conflicts: [["The Lund Railway Museum employs 46 people.", "The museum employs 64 people."]],
    decoys: [
      ["The Lund Railway Museum employs 46 people.", "The Lund Museum employs 64 people."],
      ["The architect of the Lund Observatory was Ida Holm.", "Jan Maas was the architect of the Lund Library, which surprised nobody."],
      ["The chair of the Friends of the Lund Museum is Ida Holm.", "The chair of the Friends of the Lund Theatre is Jan Maas."],
      ["Apollo 11 was launched on 16 July 1969.", "Apollo 12 was launched on 14 November 1969."],
      ["Near Lana 83 people died in the flood.", "In the flood 12 children died near Selby."],
      ["Terminal 2 has 46 gates.", "Terminal 3 has 61 gates."],
      ["The harbour of Genoa opened its museum in 2004.", "The harbour of Bremen opened its museum in 2009."],
    ],
  },
  {
    kind: "kinds of one noun are two",
    conflicts: [["A day ticket for the tram costs 7 euros.", "For the tram a day ticket costs 9 euros."]],
    decoys: [
      ["A day ticket for the tram costs 7 euros.", "A family ticket for the tram costs 18 euros."],
      ["The train to Lana takes 7 hours.", "The bus to Lana takes 9 hours."],
      ["The night train to Vienna takes 11 hours.", "The express train to Vienna takes 7 hours."],
    ],
  },
  {
    kind: "a dated figure and today's are two",
    conflicts: [["In 2003 the park counted 174 wolves.", "The park counted 141 wolves in 2003."]],
    decoys: [
      ["In 2003 the park counted 174 wolves.", "The park has 96 wolves in ten packs."],
      ["The reservoir of Lana holds 124 million litres.", "After the dry summer the reservoir of Lana held 61 million litres."],
      ["In 1860 the lake covered 163 hectares.", "The lake covers 79 hectares."],
      ["The valley had 412 inhabitants in 1910.", "The valley has 238 inhabitants."],
    ],
  },
  {
    kind: "a date needs an event and a thing",
    conflicts: [["Work on the Simplon tunnel began in 1898.", "Work on the Simplon tunnel began in 1895."]],
    decoys: [
      ["Work began in 1859.", "Work on the Simplon tunnel began in 1898."],
      ["The city wall of Lana was built in 1412.", "The city wall of Lana fell in 1809."],
      ["The satellite Astrid was launched on 24 January 1995.", "The satellite Astrid was repaired on 1 March 1995."],
      ["I joined the dig at Tarn Hill in 1971.", "The dig at Tarn Hill began in 1967."],
      ["There was one heronry on the lake in 1996.", "There are fewer herons on the lake than in 1975."],
    ],
  },
];

const FILLER = ["The lime trees along the road are older than the houses.", "Nobody remembers who asked for the bench."];

function listed(a: string, b: string): boolean {
  return (
    findContradictions([
      { name: "left.md", text: [FILLER[0], a].join("\n\n") },
      { name: "right.md", text: [b, FILLER[1]].join("\n\n") },
    ]).length > 0
  );
}

/** Shares and rates in words, none of what another counts, who did it said the other way round. */
const APART: readonly (readonly [string, string])[] = [
  ["Four in ten of the kidneys came from living donors.", "A quarter of the kidneys came from living donors."],
  ["In 1931 a rockfall at the quarry killed four men.", "The rockfall of 1931 killed six men."],
  ["Two thirds of the houses were rebuilt.", "Half of the houses were rebuilt."],
  ["One in five pupils walks to school.", "43 percent of the pupils walk to school."],
  ["The panels yield 1.2 gigawatt hours annually.", "The panels yield 900 megawatt hours of electricity a year."],
  ["No passenger was hurt in the accident.", "Three passengers were hurt in the accident."],
  ["Nobody was hurt in the fire.", "Four people were hurt in the fire."],
  ["It was Ada Cole who designed the bridge.", "The bridge was designed by Tom Reed."],
  ["The library is the work of the architect Ivo Brandt.", "The library was designed by Marta Hellström."],
  ["The depot was opened on 3 May 2021 in the presence of the mayor.", "The depot went into service in autumn 2022."],
  ["The laundry opened on 12 April 2021 in a disused sail loft.", "The plaque will say that the laundry opened on 21 April 2021."],
  ["Petra Voss was born in 1931 in Hull.", "Petra Voss was born in 1955 in Ontario."],
  ["Harold Timms died in 1988 in Leeds.", "Harold Timms died in 1998 in York."],
  ["The laundry closes at 6 pm on weekdays.", "The laundry closes at 8 pm on weekdays."],
  ["The fish market opens at 7.30 am.", "At 6.15 am the fish market opens."],
  ["The laundry was closed from 1940 to 1945.", "The laundry was closed from 1940 to 1946."],
  ["The chapel was used as a store from 1911 to 1923.", "From 1914 to 1923 the chapel was used as a store."],
  ["The laundry has more than 20 machines.", "The laundry has 18 machines."],
  ["Fewer than 40 members belong to the choir.", "44 members belong to the choir."],
  ["The laundry cost 2m pounds to build.", "The laundry cost 2.6m pounds to build."],
  ["The seed library has a board of seven members.", "The seed library has no board."],
  ["The ferry terminal has no lift.", "The ferry terminal has a lift."],
  ["The Marl Street laundry washes 3.2 tonnes of linen a day.", "Every day the Marl Street laundry washes 4,100 kg of linen."],
  ["Two brothers founded the paper mill in 1743.", "The paper mill was established in 1734 by two brothers."],
];

it.each(APART)("cannot both be true: %s / %s", (a, b) => {
  expect(listed(a, b)).toBe(true);
});

/** Bounds, parts of a whole and of a time, and two things of like names. */
const TOGETHER: readonly (readonly [string, string])[] = [
  ["Most of the 40 beds are free.", "31 beds are free."],
  ["The pass lies at 2,100 metres.", "The hut below the pass lies at 1,900 metres."],
  ["The chapel is the work of Ivo Brandt.", "The altar of the chapel is the work of Marta Lind."],
  ["A day ticket costs 8 euros.", "A week ticket costs 32 euros."],
  ["Lake Orran is 61 metres deep.", "The mean depth of Lake Orran is 18 metres."],
  ["About 210,000 people visit Lake Orran each year.", "Lake Orran had 148,000 visitors in 2022."],
  ["The price of the heat pump HP-7 is 8,400 dollars.", "The price of the heat pump HP-9 is 11,200 dollars."],
  ["The heat pump works down to -25 degrees.", "At -15 degrees the heat pump works with 3 kW."],
  ["The sound of the pump is 48 dB ± 2 dB.", "The sound of the pump is 49.5 dB."],
  ["The owner of Holm Quarry Park is Tom Reed.", "The owner of the quarry at Holm is Ida Stein."],
  ["Holm Quarry Park has 42 routes.", "The quarry at Holm has 12 routes."],
  ["The depot has room for 54 trams.", "The depot had room for 22 trams."],
  ["Roughly a third of the farms are organic.", "31 percent of the farms are organic."],
  ["A third of the budget goes to wages.", "A fifth of the budget goes to rent."],
  ["No trams run on Sundays.", "14 trams run on weekdays."],
  ["In the first half of the year 40 people came.", "50 percent of the people came."],
  ["The museum has at least 40 rooms.", "The museum has 57 rooms."],
  ["The dam holds up to 300 million litres.", "The dam holds 210 million litres."],
  ["Fewer than 500 people live on the island.", "The island has 240 inhabitants."],
  ["The line is over 40 kilometres long.", "The line is 58 kilometres long."],
  ["The strike lasted nine days or more.", "The strike lasted 14 days."],
  ["Barrow Fell is 612 metres high.", "Barrow Esk is 548 metres high."],
  ["North Tarn covers 12 hectares.", "North Tarn Farm covers 84 hectares."],
  ["The Merle was 84 metres long.", "The Merle II was 97 metres long."],
  ["Pump 1 moves 300 litres a second.", "Pump 2 moves 450 litres a second."],
  ["The old ferry terminal opened in 1931.", "The ferry opened in 1950."],
  ["In the first half of 2021 the ferry carried 60,000 passengers.", "In 2021 the ferry carried 140,000 passengers."],
  ["Between 1950 and 1960 the town grew by 4,000 people.", "Between 1960 and 1970 the town grew by 6,500 people."],
  ["The lake lost 3 metres of depth between 2000 and 2010.", "The lake lost 5 metres of depth between 2000 and 2020."],
  ["The pass is closed for five months in a normal year.", "In 2021 the pass was closed for seven months."],
  ["The theatre had 900 seats when it opened.", "The theatre has 640 seats today."],
  ["The average depth of the lake is 18 metres.", "The lake is 61 metres deep at its deepest point."],
  ["Unemployment among young people was 14 percent in 2021.", "Unemployment was 6 percent in 2021."],
  ["The bell weighs 900 kilograms without its clapper.", "The bell weighs 960 kilograms with its clapper."],
  ["The budget of the choir is 40,000 euros.", "The budget of the choir school is 310,000 euros."],
  ["The pump warms the water of the network from 45 to 80 degrees.", "The network delivers water at 86 degrees."],
  ["The line to the harbour carries 9,000 people a day.", "The line to the harbour carries 60,000 people a week."],
  ["In the town of Vale the storm killed 12 people.", "The storm killed 31 people."],
  ["The Marl Street laundry was founded in 1968.", "The Marl Street laundry was destroyed by fire in 1978."],
  ["The Marl Street laundry was founded in 1968.", "The Marl Street laundry was sold in 2011."],
  [
    "The oyster nursery at Saltby Creek pays its partner on 1 April 2025.",
    "The oyster nursery at Saltby Creek opened on 12 April 2021 in a loft.",
  ],
  ["The Old Quay Road school was built in 1902.", "The Old Quay Road school was closed in 1961."],
  ["The Marl Street laundry was founded in the 1960s.", "The Marl Street laundry was founded in 1968."],
  ["The Marl Street laundry was founded around 1970.", "The Marl Street laundry was founded in 1968."],
  ["The manager of the Marl Street laundry was Petra Voss until 2015.", "The manager of the Marl Street laundry is Harold Timms."],
  ["In 1998 the director of the zoo was Edda Roth.", "The director of the zoo is Jan Maas."],
  ["The laundry had 14 employees before the war.", "The laundry had 22 employees after the war."],
  ["During the strike the depot ran 12 trams.", "The depot ran 40 trams before the strike."],
  ["The laundry has 14 employees.", "The laundry has 6 part-time employees."],
  ["The ferry has 12 wooden boats.", "The ferry has 31 boats."],
  ["The laundry feeds its cat 4 kg of fish on weekdays.", "The laundry feeds its cat 2 kg of fish on Sundays."],
  ["The laundry has 20 machines, twelve of them new.", "The laundry has 12 new machines."],
  ["The laundry saved £3,000 by using cold water.", "The laundry saved £8,000 by using its own well."],
  ["The laundry has room for 60 machines.", "The laundry has 44 machines."],
  ["The laundry was rebuilt in 1950.", "The laundry was rebuilt again in 1988."],
  ["The laundry's vans drive 20,000 km a year.", "Each of the laundry's vans drives 5,000 km a year."],
  ["The ferry leaves at 7 am.", "The ferry leaves at 9 am."],
  ["The laundry opens at 8 am on Mondays.", "The laundry opens at 9 am on Saturdays."],
  ["The laundry opens at 8 am.", "The laundry closes at 6 pm."],
  ["The laundry had a board of seven members.", "The laundry has no board."],
  ["The laundry was closed from 1940 to 1945.", "The laundry was closed from 1961 to 1963."],
];

it.each(TOGETHER)("can both be true: %s / %s", (a, b) => {
  expect(listed(a, b)).toBe(false);
});

describe.each(KINDS)("contradictions, $kind", ({ conflicts, decoys }) => {
  it.each(conflicts)("cannot both be true: %s / %s", (a, b) => {
    expect(listed(a, b)).toBe(true);
  });
  it.each(decoys)("can both be true: %s / %s", (a, b) => {
    expect(listed(a, b)).toBe(false);
  });
});
