import { hash } from "node:crypto";
import { ADMINISTRATION } from "@armada/contracts";
import { FLEET } from "../streams/names.ts";

// An account for each team, and what crosses between them. Nothing else does: what a team's account lacks is, to whoever is in it, not
// there. All that an account imports is taken to be in the hands of whoever holds a key of it, with any body: only what harms nobody
// even then may cross.
//
//     asker ── ask.<to>.<asker>.> ──► asked          a service: the acknowledgement comes back
//     taker ── reset, flow control ──► giver         of consumers that administration made, for one filter and one taker each
//     giver ── fact.<taker>.<giver>.<filter> ──► taker
//     sender ── obj.<receiver>.of.<sender>.> ──► receiver    copies of what an ask or answer refers to, create-once
//     reader ── JS.<owner>.API.… ──► owner           reads alone: nothing that makes, changes or delivers elsewhere
//
// Where an account's own JetStream answers, an import on the same subject would be answered twice: the API of another account is
// therefore reached below `JS.<owner>.API`.

/** What is to be known of a team to say what crosses. */
export type TeamCrossing = {
  readonly team: string;
  /** Facts that it takes from other teams: filters by team. */
  readonly sources: readonly { readonly team: string; readonly filters: readonly string[] }[];
  /** Capabilities of other teams that it asks, as `<team>.<capability>`. */
  readonly asks: readonly string[];
};

/** What one account lets another one have, literally. `many`: a request has many answers. `as`: the subject where it is imported. */
export type Crossing = {
  readonly kind: "service" | "stream";
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly as?: string;
  readonly many?: boolean;
};

/** The team at the edge, which reads all others for the outside. The operator does for whoever is at its machine. */
const EDGE = "gateway";
const FEDERATION = "federation";
const KINDS = ["TEAM", "TIMERS", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS"] as const;
const READ_BODIES = ["DIRECT.GET", "STREAM.MSG.GET"] as const;
export const ARCHIVER = "archiver";
/** They read what is others' and make no consumer of it: whoever may delete one may delete a team's own. */
export const ONLY_READ: ReadonlySet<string> = new Set(["operator", ARCHIVER, EDGE]);

/** Whose a stream is: the team in its name, and administration where it is of the fleet. */
export function ownerOf(stream: string): string {
  const owner = stream.slice(stream.indexOf("_") + 1);
  return stream === FLEET || owner === "fleet" ? ADMINISTRATION : owner;
}

/** Below which subject an identity finds the API of a stream's account. */
export function apiPrefix(reader: string, stream: string): string {
  const owner = ownerOf(stream);
  return owner === reader ? "$JS.API" : `JS.${owner}.API`;
}

/** The consumer by which `taker` takes the facts under a filter from their giver's stream, and where it delivers them. */
export function factConsumer(giver: string, taker: string, filter: string): { readonly name: string; readonly deliver: string } {
  const digest = hash("sha256", filter, "hex").slice(0, 12);
  return { name: `${FACTS_FOR}${taker}_${digest}`, deliver: `fact.${taker}.${giver}.${digest}` };
}

/** Consumers of a team's stream whose names begin so are other teams'. */
export const FACTS_FOR = "facts_for_";

/**
 * All that crosses between the accounts of these teams and the roles. What a team wants of one that is not there does not cross.
 * `copies`: whether who asks or answers copies the bodies along; where not, as in folders of before, who receives reads the sender's store.
 */
export function crossingsOf(teams: readonly TeamCrossing[], copies = true): readonly Crossing[] {
  const there = new Set(teams.map(({ team }) => team));
  const readers = ["operator", EDGE].filter((reader) => reader === "operator" || there.has(reader));
  const all = teams.flatMap((team) => [
    ...team.sources
      .filter(({ team: giver }) => there.has(giver) && giver !== team.team)
      .flatMap((source) => factsTo(team.team, source, copies)),
    ...askedOf(team, there).flatMap((asked) => asksOf(team.team, asked, copies)),
    ...fleetTo(team.team),
    ...askedBy("operator", team.team),
    ...sent("operator", team.team, copies),
    ...readers.filter((reader) => reader !== team.team).flatMap((reader) => readBy(reader, team.team)),
    ...(copies ? reads("operator", `SHOWN_${team.team}`, ["STREAM.INFO"]) : []), // how full it is
    ...cleanedBy(team.team),
  ]);
  return distinct([...all, ...fleetTo("operator"), ...fleetTo(ARCHIVER)]);
}

/** Whom a team asks: whose capabilities it names; the federation for its budget; at the edge all, as the outside starts their runs. */
function askedOf({ team, asks }: TeamCrossing, there: ReadonlySet<string>): readonly string[] {
  const named = asks.map((name) => name.split(".")[0] ?? "");
  const asked = new Set([...named, FEDERATION, ...(team === EDGE ? there : [])]);
  return [...asked].filter((other) => there.has(other) && other !== team);
}

function factsTo(taker: string, { team: giver, filters }: TeamCrossing["sources"][number], copies: boolean): readonly Crossing[] {
  const stream = `TEAM_${giver}`;
  const each = filters.flatMap((filter): Crossing[] => {
    const { name, deliver } = factConsumer(giver, taker, filter);
    const call = `CONSUMER.RESET.${stream}.${name}`;
    return [
      { kind: "stream", subject: deliver, from: giver, to: taker },
      { kind: "service", subject: `$JS.API.${call}`, from: giver, to: taker, as: `JS.${giver}.API.${call}` },
      // Both shapes of a flow control subject: 2.15 may put domain and account before the stream. Each with its number of tokens, for
      // what one of them has in common with the other's is a cycle to the server where teams take facts of each other.
      { kind: "service", subject: `$JS.FC.${stream}.${name}.*`, from: giver, to: taker },
      { kind: "service", subject: `$JS.FC.*.*.${stream}.${name}.*`, from: giver, to: taker },
    ];
  });
  return [...each, ...(copies ? reads(taker, `SHOWN_${giver}`, READ_BODIES) : bodies(giver, taker))];
}

/** An ask, its answer, and the bodies that both refer to. */
function asksOf(asker: string, asked: string, copies: boolean): readonly Crossing[] {
  return [
    ...askedBy(asker, asked),
    { kind: "service", subject: `ans.${asker}.${asked}.>`, from: asker, to: asked },
    ...sent(asker, asked, copies),
    ...sent(asked, asker, copies),
  ];
}

function askedBy(asker: string, asked: string): readonly Crossing[] {
  return [{ kind: "service", subject: `ask.${asked}.${asker}.>`, from: asked, to: asker }];
}

function sent(sender: string, receiver: string, copies: boolean): readonly Crossing[] {
  if (!copies) return bodies(sender, receiver);
  return [{ kind: "service", subject: `obj.${receiver}.of.${sender}.>`, from: receiver, to: sender }];
}

function bodies(owner: string, reader: string): readonly Crossing[] {
  return reads(reader, `OBJECTS_${owner}`, READ_BODIES);
}

function fleetTo(reader: string): readonly Crossing[] {
  return reads(reader, FLEET, ["DIRECT.GET", "STREAM.INFO"]);
}

function readBy(reader: string, team: string): readonly Crossing[] {
  return [
    ...KINDS.flatMap((kind) => reads(reader, `${kind}_${team}`, ["DIRECT.GET", "STREAM.INFO", "STREAM.MSG.GET"])),
    ...reads(reader, `TEAM_${team}`, ["CONSUMER.LIST"]),
    call(reader, team, `CONSUMER.INFO.TEAM_${team}.*`, false),
    { kind: "stream", subject: `live.${team}.>`, from: team, to: reader },
  ];
}

/** What takes bodies away that nothing refers to any more. */
function cleanedBy(team: string): readonly Crossing[] {
  return [
    ...reads(ARCHIVER, `TEAM_${team}`, ["DIRECT.GET", "STREAM.INFO", "STREAM.MSG.GET"]),
    ...reads(ARCHIVER, `OBJECTS_${team}`, ["DIRECT.GET", "STREAM.INFO", "STREAM.MSG.GET", "STREAM.PURGE"]),
  ];
}

function reads(reader: string, stream: string, calls: readonly string[]): readonly Crossing[] {
  const owner = ownerOf(stream);
  return calls.map((name) => call(reader, owner, `${name}.${stream}`, name === "DIRECT.GET"));
}

function call(reader: string, owner: string, subject: string, many: boolean): Crossing {
  const crossing = { kind: "service", subject: `$JS.API.${subject}`, from: owner, to: reader, as: `JS.${owner}.API.${subject}` } as const;
  return many ? { ...crossing, many } : crossing;
}

function distinct(crossings: readonly Crossing[]): readonly Crossing[] {
  return [...new Map(crossings.map((one) => [`${one.kind} ${one.subject} ${one.from} ${one.to}`, one])).values()];
}
