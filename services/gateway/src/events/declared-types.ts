import { ArmadaError, declaredBy, type ExternalType, type IdRule, joinTypes, placeOf, type TeamManifest } from "@armada/contracts";
import { distance } from "fastest-levenshtein";
import { z } from "zod";

/** A type of event that a team of this mesh wants from outside, and where its facts go. */
export type TakenType = {
  readonly entity: string;
  readonly event: string;
  readonly data: z.ZodType;
  readonly id: IdRule;
};
export type DeclaredTypes = ReadonlyMap<string, TakenType>;

/** A manifest whose `types` the gateway leaves out. */
export type BrokenContract = { readonly team: string; readonly error: ArmadaError; readonly types: readonly string[] };
export type Declared = { readonly types: DeclaredTypes; readonly broken: readonly BrokenContract[] };

/** What the teams' manifests declare. One that does not agree with those before it, by the teams' names, takes no other away. */
export function declaredIn(manifests: Iterable<TeamManifest>): Declared {
  const taken = new Map<string, TakenType>();
  const agreed: ReturnType<typeof declaredBy>[number][] = [];
  const broken: BrokenContract[] = [];
  for (const manifest of [...manifests].sort((a, b) => a.team.localeCompare(b.team))) {
    const own = declaredBy([manifest]);
    try {
      joinTypes([...agreed, ...own]);
      const read = own.map(({ kind }) => [kind.type, readType(manifest.team, kind)] as const);
      agreed.push(...own);
      for (const [type, one] of read) if (!taken.has(type)) taken.set(type, one);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      broken.push({ team: manifest.team, error, types: own.map(({ kind }) => kind.type) });
    }
  }
  return { types: taken, broken };
}

/** @throws ArmadaError `BAD_CONTRACT` for a schema with words that are not known here */
function readType(team: string, { type, schema, id }: ExternalType): TakenType {
  try {
    return { ...placeOf(type), id, data: z.fromJSONSchema(schema) };
  } catch (cause) {
    throw new ArmadaError(
      "BAD_CONTRACT",
      `the schema of ${type} of ${team} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: "provision the team by the version of Armada that the gateway runs",
      },
    );
  }
}

/** The manifest for which an event of a type has to wait. */
export function heldUpBy({ broken }: Declared, type: string): BrokenContract | undefined {
  return broken.find(({ types }) => types.includes(type));
}

/** The known types most like `type`, nearest first. */
export function nearest(types: DeclaredTypes, type: string, most = 3): string[] {
  const wanted = type.slice(0, 200);
  return [...types.keys()]
    .map((known) => ({ known, edits: distance(wanted, known) }))
    .sort((a, b) => a.edits - b.edits || a.known.localeCompare(b.known))
    .slice(0, most)
    .map(({ known }) => known);
}
