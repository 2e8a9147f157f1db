import { parseSubject, placeOf, type TeamManifest } from "@armada/contracts";

/** The team whose facts are what came from outside. */
const EDGE = "gateway";
const NAME = "[a-z][a-z0-9_]{0,47}";
const RUNS = new RegExp(`^(?:\\*|${NAME}\\.\\*|${NAME}\\.${NAME})$`);

/** Whether a text can name types: one, or with a `*` at its end all that begin so. */
export const isTypePattern = (text: string): boolean => /^(?:[A-Za-z0-9._/:~-]{1,200}\*?|\*)$/.test(text);
/** Whether a text can name workflows: `TEAM.WORKFLOW`, `TEAM.*` or `*`. */
export const isRunPattern = (text: string): boolean => RUNS.test(text);

/** A part of a team's stream that a hook reads: one subject filter, in the order of the stream. `wants`: types of facts, or workflows of ended runs. */
export type Source = {
  readonly team: string;
  readonly filter: string;
  readonly kind: "facts" | "runs";
  readonly wants: ReadonlySet<string>;
};

/** What of a hook says what it sends. */
export type Chosen = { readonly types: readonly string[]; readonly runs: readonly string[] };

/** What there is to choose from. */
export type Choices = { readonly types: readonly string[]; readonly workflows: readonly string[] };

/** All types that teams export or take from outside, and all workflows. */
export function choicesIn(manifests: Iterable<TeamManifest>): Choices {
  const all = [...manifests];
  return {
    types: [...new Set(all.flatMap(({ events, external }) => [...events, ...external].map(({ type }) => type)))].sort(),
    workflows: [...new Set(all.flatMap(({ team, workflows }) => workflows.map(({ name }) => `${team}.${name}`)))].sort(),
  };
}

/** Those of a hook's types and runs that name nothing there is. */
export function unknownIn({ types, runs }: Chosen, choices: Choices): Chosen {
  return {
    types: types.filter((pattern) => !choices.types.some((type) => fits(pattern, type))),
    runs: runs.filter((pattern) => !choices.workflows.some((workflow) => fits(pattern, workflow))),
  };
}

/**
 * What a hook reads, as the manifests are now: for facts a source for each entity, so that what is of one key is in one source, in
 * the order of its stream; for ended runs one for each team.
 */
export function sourcesOf({ types, runs }: Chosen, manifests: Iterable<TeamManifest>): ReadonlyMap<string, Source> {
  const wanted = new Map<string, { team: string; kind: Source["kind"]; wants: Set<string> }>();
  const want = (team: string, kind: Source["kind"], filter: string, what: string): void => {
    const source = wanted.get(filter) ?? { team, kind, wants: new Set() };
    source.wants.add(what);
    wanted.set(filter, source);
  };
  for (const { team, events, external, workflows } of manifests) {
    for (const { type } of events) {
      const [, entity = ""] = type.split(".");
      if (types.some((pattern) => fits(pattern, type))) want(team, "facts", `evt.${team}.${entity}.*.*.*`, type);
    }
    for (const { type } of external)
      if (types.some((pattern) => fits(pattern, type))) want(EDGE, "facts", `evt.${EDGE}.${placeOf(type).entity}.*.*.*`, type);
    for (const { name } of workflows)
      if (runs.some((pattern) => fits(pattern, `${team}.${name}`))) want(team, "runs", `run.${team}.end.>`, name);
  }
  return new Map([...wanted].map(([filter, source]) => [filter, { ...source, filter }]));
}

/** The filter under which all messages of the same key stand: the facts of an entity's id, the end of a run. */
export function keyOf(text: string): string | undefined {
  const subject = parseSubject(text);
  if (subject?.kind === "fact") return `evt.${subject.team}.${subject.entity}.*.${subject.id}.*`;
  if (subject?.kind === "journal") return `run.${subject.team}.${subject.does}.*.${subject.run}.*`;
  return undefined;
}

function fits(pattern: string, text: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
