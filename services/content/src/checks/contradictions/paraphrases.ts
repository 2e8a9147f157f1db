/** Words between a verb and its figure: "claimed some two thousand lives". */
const FIGURE = "((?:[^\\s;]+ ){1,5}?)";
const WHO = "(?:(?:people|men|women|children|\\p{Ll}{3,}s) )?";
/** Up to three words and a number in digits, with a unit of this pattern. */
const before = (unit: string) => `(?=(?:\\p{Ll}+ ){0,3}?\\d[\\d.,’']*(?: (?:thousand|million))?[ -](?:${unit}))`;
const LENGTHS = "kilomet|met|mile|km\\b|m\\b|feet\\b|yard";
const POWERS = "gigawatts?\\b|megawatts?\\b|kilowatts?\\b|GW\\b|MW\\b|kW\\b";
const SPEEDS = "kilomet\\p{L}+ (?:an|per) hour|km/h|kph|mph|miles (?:an|per) hour|knots";
const AREAS = "square|hectare|acre|km²|m²|ha\\b";

/** Predicates that say one thing in other words, and the words that stand for all of them. In order. */
const PARAPHRASES: readonly (readonly [pattern: RegExp, plain: string])[] = (
  [
    // The dead.
    [`\\b(?:costs?|claim(?:s|ed)|t(?:akes|ook|aken)) the lives of\\b`, "killed"],
    [`\\b(?:costs?|claim(?:s|ed)|t(?:akes|ook|aken)) ${FIGURE}${WHO}(?:their )?lives\\b`, "killed $1people"],
    [`\\b(?:leaves|left) ${FIGURE}(?:${WHO})dead\\b`, "killed $1people"],
    [`\\b(?:lost|lose|loses) their (?:lives|life)\\b|\\bperished\\b|\\b(?:was|were) killed\\b`, "died"],
    ["\\bdeath toll\\b|\\bnumber of (?:the )?(?:dead|victims|fatalities)\\b", "number of deaths"],
    ["\\bwent down\\b|\\bfoundered\\b", "sank"],
    // Open to those who use it.
    ["\\b(?:has|have|had) been (?:in (?:service|operation|use)|open|operational|running)(?= (?:\\p{Ll}+ ){0,3}since\\b)", "opened"],
    ["(\\bopened (?:\\p{Ll}+ ){0,3})since\\b", "$1in"],
    ["\\b(?:came|comes?|went|entered|was (?:put|taken|brought))(?: in| into)? (?:service|operation|use)\\b", "opened"],
    ["\\b(?:was switched on|went live|began (?:operations?|operating|service)|opened (?:its|their) doors)\\b", "opened"],
    // What it costs.
    ["\\b(?:sells?|sold|goes|went) for(?= )|\\b(?:is|are|was|were) priced at\\b", "cost"],
    [
      `\\b(?:swallow|devour)(?:s|ed)\\b|\\b(?:was|were) (?:built|made|bought) (?:at a (?:cost|price) of|for)${before("million|billion|euro|dollar|pound|franc")}`,
      "cost",
    ],
    // Who works there.
    ["\\b(?:gives?|gave|provides?|provided) (?:work|jobs) (?:to|for)\\b|\\bhas on its payroll\\b", "employs"],
    ["\\bearns? (?:their|its) living\\b|\\b(?:have|has|found) (?:their )?(?:jobs|work)\\b", "work"],
    // How long, large, high and heavy it is.
    [
      `\\b(?:stretch(?:es|ed)?|extend(?:s|ed)?|spans?|spanned|runs?|ran|flows?|flowed|winds|continues) (?:for |over |across |along )?${before(LENGTHS)}`,
      "is long ",
    ],
    [
      `\\b(?:extend(?:s|ed)?|stretch(?:es|ed)?|spreads?|sprawls?) (?:over|across) ${before(AREAS)}|\\b(?:takes?|took) up ${before(AREAS)}|\\b(?:occupies|occupied) ${before(AREAS)}`,
      "covers ",
    ],
    ["\\b(?:takes?|took) up an area of\\b", "covers"],
    [`\\b(?:rises?|towers|soars) ${before(LENGTHS)}(?=(?:\\S+ ){1,5}?(?:above|over|high)\\b)`, "is high "],
    ["\\btips? the scales at\\b", "weighs"],
    [`\\bmeasures? (?=(?:\\S+ ){1,5}?across\\b)`, "is wide "],
    // How strong and how fast it is.
    [
      `\\b(?:delivers?|generates?|produces?|yields?) ${before(POWERS)}|\\b(?:has|have|had) (?:an output|a power|a rating) of ${before(POWERS)}`,
      "has a capacity of ",
    ],
    [
      `\\b(?:fl(?:y|ies|ew)|travels?|travelled|goes|went|runs?|ran|drives?|drove|moves?|moved|sails?|sailed) at ${before(SPEEDS)}`,
      "has a speed of ",
    ],
    ["(?<=\\d)m (?=(?:pounds|euros|dollars|francs|crowns)\\b)", " million "],
    ["(?<=\\d)bn (?=(?:pounds|euros|dollars|francs|crowns)\\b)", " billion "],
    // Said of the sum, or of who says so: nothing of the thing.
    ["\\b(?:in the end|all in all|all told|in total),? ", ""],
    [
      ",? if (?:one|you|we) (?:believes?|trusts?) [^,;.]*|,? if (?:the |this |his |her |their )?[^,;]{2,30} (?:is|are) (?:to be believed|right|correct)",
      "",
    ],
  ] as const
).map(([pattern, plain]) => [new RegExp(pattern, "giu"), plain] as const);

/** "It was Clara Deiss who founded it", "it is the work of Ivo Brandt": who did what, said the other way round. */
const CLEFT = /^It (?:is|was) (?:the (?:\p{Ll}+ ){0,3}?)?(\p{Lu}[^,;]*?) (?:who|that) (?=\p{Ll}{2,} )/u;
const WORK_OF = /\b(?:is|was) (?:the |a )?(?:work|design|creation) of (?:the \p{Ll}+ )?(?=\p{Lu})/u;

/** A clause in plain predicates: "has been in service since 2010" as "opened in 2010", "claimed 40 lives" as "killed 40 people". */
export function plainly(clause: string): string {
  return PARAPHRASES.reduce(
    (text, [pattern, plain]) => text.replace(pattern, plain),
    clause.replace(CLEFT, "$1 ").replace(WORK_OF, "was designed by "),
  );
}
