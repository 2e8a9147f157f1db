import { ArmadaError } from "./errors.ts";
import type { TeamManifest } from "./fleet/manifest.ts";
import { placeOf } from "./kinds.ts";

/** A type from outside as a manifest has it. */
export type ExternalType = TeamManifest["external"][number];
/** The same, and the team that declares it. */
export type DeclaredType = { readonly team: string; readonly kind: ExternalType };

/** The types by name. @throws ArmadaError `EXTERNAL_DISAGREES` where two declare a type differently, `EXTERNAL_CLASH` where two types get one subject */
export function joinTypes(found: readonly DeclaredType[]): ReadonlyMap<string, ExternalType> {
  const types = new Map<string, DeclaredType>();
  const subjects = new Map<string, string>();
  for (const one of found) {
    const { team, kind } = one;
    const other = types.get(kind.type);
    if (other !== undefined && meaning(other.kind) !== meaning(kind))
      throw new ArmadaError("EXTERNAL_DISAGREES", `${other.team} and ${team} declare ${kind.type} differently`, {
        hint: "export it from one contract and import it in the other",
      });
    if (other !== undefined) continue;
    const { entity, event } = placeOf(kind.type);
    const subject = `${entity}.${event}`;
    const holder = subjects.get(subject);
    if (holder !== undefined || subject === "undeclared.event")
      throw new ArmadaError(
        "EXTERNAL_CLASH",
        `${kind.type} of ${team} and ${holder ?? "what nobody declared"} would share the subject evt.gateway.${subject}`,
        { hint: "rename one of the types" },
      );
    types.set(kind.type, one);
    subjects.set(subject, kind.type);
  }
  return new Map([...types].map(([type, { kind }]) => [type, kind]));
}

/** What manifests declare as coming from outside, in the order of the manifests. */
export function declaredBy(manifests: Iterable<TeamManifest>): readonly DeclaredType[] {
  return [...manifests].flatMap(({ team, external }) => external.map((kind) => ({ team, kind })));
}

function meaning({ schema, id, version }: ExternalType): string {
  return JSON.stringify([schema, id, version]);
}
