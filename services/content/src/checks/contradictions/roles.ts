import { contentStems, stem } from "armada-mesh/text";

/** Who holds a role or did a deed: `role` are the stems of both the role and what it is of. */
export type Role = { readonly head: string; readonly role: ReadonlySet<string>; readonly name: string };

const ROLE_LIST =
  "architect|manager|director|mayor|contractor|chair|chairman|chairwoman|chairperson|treasurer|president|vice-president|captain|engineer|designer|founder|owner|curator|conductor|editor|author|head|leader|chief|secretary|minister|governor|principal|headmaster|headteacher|keeper|warden|builder|inventor|discoverer|painter|sculptor|composer|producer|supplier|operator|sponsor|patron|spokesperson|spokesman|spokeswoman|coordinator|superintendent|supervisor|commander|admiral|pilot|skipper|coach|dean|rector|librarian|gardener|botanist|surveyor|foreman|caretaker|landlord|judge|bishop|priest|abbot|queen|king|duke|ambassador|commissioner|officer|researcher|photographer|publisher|winner|champion|manufacturer|developer|investor|insurer|tenant|lender|donor|benefactor|restorer|carpenter|baker|chef|brewer|maker|organiser|organizer|administrator|master|harbourmaster|stationmaster|CEO|CFO|CTO";
const ROLE_NOUNS = ROLE_LIST.split("|")
  .map((word) => `[${word.slice(0, 1).toUpperCase()}${word.slice(0, 1).toLowerCase()}]${word.slice(1)}`)
  .join("|");
const ROLE_NOUN = new RegExp(`^(?:${ROLE_NOUNS})$`, "u");
const DEEDS: Readonly<Record<string, string>> = {
  designed: "design",
  built: "build",
  founded: "found",
  established: "found",
  written: "write",
  wrote: "write",
  painted: "paint",
  composed: "compose",
  discovered: "discover",
  invented: "invent",
  leads: "lead",
  heads: "lead",
  directs: "direct",
  manages: "manage",
  runs: "run",
  owns: "own",
  operates: "run",
  led: "lead",
  headed: "lead",
  directed: "direct",
  created: "make",
  made: "make",
  constructed: "build",
  opened: "open",
  inaugurated: "open",
  owned: "own",
  donated: "donate",
  restored: "restore",
  edited: "edit",
  carved: "carve",
  manufactured: "manufacture",
  supplied: "supply",
  operated: "run",
  won: "win",
  commissioned: "commission",
  managed: "manage",
  run: "run",
  drawn: "draw",
  laid: "lay",
  planned: "plan",
  financed: "finance",
  sponsored: "finance",
  delivered: "deliver",
};
/** What they do says what they are. */
const ROLE_VERBS: Readonly<Record<string, string>> = {
  chairs: "chair",
  chaired: "chair",
  conducts: "conductor",
  directs: "director",
  edits: "editor",
  captains: "captain",
  coaches: "coach",
  governs: "governor",
};
/** What the holder of a role has done, as `DEEDS` names it. */
const DEED_OF: Readonly<Record<string, string>> = {
  operator: "run",
  tenant: "run",
  founder: "found",
  designer: "design",
  architect: "design",
  author: "write",
  inventor: "invent",
  discoverer: "discover",
  composer: "compose",
  painter: "paint",
  builder: "build",
  owner: "own",
  winner: "win",
};
const WORD = "\\p{Lu}[\\p{L}’'.-]*";
const NAME = `(?:Dr\\.? |Prof\\.? |Mr\\.? |Mrs\\.? |Ms\\.? |Sir |Dame )?${WORD}(?: (?:(?:van|von|de|der|den|del|da|di|la|le|of|and|&|y|al|bin|ten|ter) )*${WORD})*`;
const ROLE = `(?:(?:\\p{Ll}[\\p{L}-]*[’']?s?|\\p{Lu}\\p{L}+(?:[’']s?)?) ){0,4}?(?:${ROLE_NOUNS})(?: (?:of|for|at|to|on) (?:the |a |an |its |this )?(?:[\\p{L}\\p{N}’'-]+ ?){1,6}?)?`;
const BE = "(?:is|was|has been|had been|became|remains|will be|served as|serves as|acted as|acts as|works as|worked as)";

const PATTERNS: readonly RegExp[] = [
  new RegExp(`(?:^|[\\s,(])(?:[Tt]he )?(?<role>${ROLE}) ${BE} (?:called |named )?(?<name>${NAME})`, "gu"),
  new RegExp(
    `(?<name>${NAME}) ${BE} (?:also )?(?:the |its |their |a |an )?(?<role>${ROLE})(?=[,.;]|$| (?:from|since|until|in|when|who|and|after|before|for|between|and)\\b)`,
    "gu",
  ),
  new RegExp(`(?<name>${NAME}), (?:(?:the|its|their|then|a|who (?:is|was) the) )?(?<role>${ROLE})(?=[,.;]|$)`, "gu"),
  new RegExp(`(?:^|[\\s(])(?<role>\\p{L}+ (?:${ROLE_NOUNS})) (?<name>${NAME})(?=[,.;]|$| \\p{Ll})`, "gu"),
  new RegExp(`(?:^|[\\s(])As (?:the |its )?(?<role>${ROLE}), (?<name>${NAME})(?= \\p{Ll})`, "gu"),
  new RegExp(`(?:^|[\\s(])(?:[Tt]he|[Ii]ts|[Tt]heir|[Oo]ur) (?<role>${ROLE}),? (?<name>${NAME})(?=[,.;]|$| \\p{Ll})`, "gu"),
];
const PASSIVE = new RegExp(
  `(?<object>[^,;]*?)\\b(?:is|was|were|been|are)\\s+(?:\\p{Ll}+ly )?(?<deed>${Object.keys(DEEDS).join("|")}) (?:in \\d{4} )?by (?:the (?:\\p{Ll}+ ){0,2})?(?<name>${NAME})`,
  "gu",
);
const ACTIVE = new RegExp(
  `(?<name>${NAME}) (?:\\p{Ll}+ly )?(?<deed>${Object.keys(DEEDS).join("|")}) (?<object>(?:the|a|an|its|this) [^,;.]*)`,
  "gu",
);
const OFFICE = new RegExp(`(?<name>${NAME}) (?<verb>${Object.keys(ROLE_VERBS).join("|")}) (?<object>(?:the|a|an|its|this) [^,;.]*)`, "gu");

/** Roles and deeds of a clause; patterns that need a comma look at the whole sentence and count once, for its first clause. */
export function rolesIn(sentence: string, clause: string): Role[] {
  const found: Role[] = [];
  const text = sentence.startsWith(clause.slice(0, 12)) && !isTurned(sentence, clause) ? sentence : clause;
  for (const pattern of PATTERNS)
    for (const { groups } of text.matchAll(pattern)) {
      const { role, name } = groups ?? {};
      if (role === undefined || name === undefined) continue;
      const head = new RegExp(`\\b(?:${ROLE_NOUNS})\\b`, "iu").exec(role)?.[0].toLowerCase();
      if (head === undefined || !isName(name) || cutsName(role, text)) continue;
      found.push({ head: stem(same(head)), role: roleStems(role), name: cleanName(name) });
      const deed = DEED_OF[head];
      if (deed !== undefined)
        found.push({ head: `deed:${deed}`, role: roleStems(role.replace(new RegExp(head, "iu"), "")), name: cleanName(name) });
    }
  for (const pattern of [PASSIVE, ACTIVE])
    for (const { groups } of text.matchAll(pattern)) {
      const { deed, object, name } = groups ?? {};
      const head = deed === undefined ? undefined : DEEDS[deed];
      if (head !== undefined && object !== undefined && name !== undefined && isName(name))
        found.push({ head: `deed:${head}`, role: new Set(contentStems(object.replaceAll(/\d+/gu, ""))), name: cleanName(name) });
    }
  for (const { groups } of text.matchAll(OFFICE)) {
    const { verb = "", object = "", name = "" } = groups ?? {};
    const head = ROLE_VERBS[verb];
    if (head !== undefined && isName(name))
      found.push({ head: stem(head), role: roleStems(`${head} of ${object}`), name: cleanName(name) });
  }
  return found.filter((one, i) => found.findIndex((other) => other.head === one.head && other.name === one.name) === i);
}

/** The clause says of it in plain words who made it. */
function isTurned(sentence: string, clause: string): boolean {
  return clause.includes("was designed by") && !sentence.includes("was designed by");
}

function same(head: string): string {
  return /^chair(?:man|woman|person)?$/u.test(head) ? "chair" : head;
}

function roleStems(role: string): ReadonlySet<string> {
  return new Set(contentStems(role.replaceAll(/\d+/gu, "")).map((one) => (/^chair(?:man|woman|person)?$/u.test(one) ? "chair" : one)));
}

/** A title at a sentence's head is no name; nor is a month or a weekday. */
function isName(name: string): boolean {
  return !/^(?:The|A|An|In|On|At|It|He|She|They|This|That|There|His|Her|Its|Their|Our|We|If|When|Who|But|And|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)$/u.test(
    name.split(" ")[0] ?? "",
  );
}

/** A role that ends inside a proper name: "the architect of the Lund" in "the architect of the Lund Library". */
function cutsName(role: string, text: string): boolean {
  const whole = role.trim();
  const last = whole.split(" ").at(-1) ?? "";
  const after = text.slice(text.indexOf(whole) + whole.length);
  return /^\p{Lu}/u.test(last) && !ROLE_NOUN.test(last) && /^ \p{Lu}/u.test(after);
}

function cleanName(name: string): string {
  return name
    .replace(/^(?:Dr|Prof|Mr|Mrs|Ms)\.? |^(?:Sir|Dame|Professor|Captain) /u, "")
    .replace(/[’']s$/u, "")
    .replace(/\.$/u, "")
    .trim();
}
