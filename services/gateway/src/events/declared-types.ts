import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ArmadaError, type ExternalKind } from "@armada/contracts";
import { z } from "zod";

/** The types of event that a team of this mesh wants from outside, by type. */
export type DeclaredTypes = ReadonlyMap<string, ExternalKind>;

const SERVICES = join(fileURLToPath(import.meta.url), "../../../..");

/** The teams of this checkout. */
export async function teamNames(folder = SERVICES): Promise<string[]> {
  return (await readdir(folder)).filter((name) => existsSync(join(folder, name, "src/team.ts"))).sort();
}

/** A contract that the gateway leaves out. `types`: what it declares; undefined where it cannot be read. */
export type BrokenContract = { readonly team: string; readonly error: ArmadaError; readonly types: readonly string[] | undefined };
export type Declared = { readonly types: DeclaredTypes; readonly broken: readonly BrokenContract[] };
type Found = { readonly where: string; readonly kind: ExternalKind };

/** What the teams' contracts declare. One that is broken, or does not agree with those before it, takes no other away. */
export async function declaredTypes(folder = SERVICES): Promise<Declared> {
  const found: Found[] = [];
  const broken: BrokenContract[] = [];
  for (const team of await teamNames(folder)) {
    const path = join(folder, team, "src/contract.ts");
    if (!existsSync(path)) continue;
    let own: readonly Found[] | undefined;
    try {
      own = await externalsOf(team, path);
      joinTypes([...found, ...own]);
      found.push(...own);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      broken.push({ team, error, types: own?.map(({ kind }) => kind.type) });
    }
  }
  return { types: joinTypes(found), broken };
}

/** @throws ArmadaError `BAD_CONTRACT` */
async function externalsOf(where: string, path: string): Promise<readonly Found[]> {
  try {
    const loaded = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    return Object.values(loaded)
      .filter(isExternal)
      .map((kind) => ({ where, kind }));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ArmadaError("BAD_CONTRACT", `the contract of ${where} cannot be loaded: ${why}`, {
      cause,
      hint: "mend it and start the gateway again; `npx tsc --noEmit` shows where",
    });
  }
}

/** The contract for which an event of a type that is not served has to wait: the one that declares it, or that may. */
export function heldUpBy({ types, broken }: Declared, type: string): BrokenContract | undefined {
  return (
    broken.find((one) => one.types?.includes(type) === true) ??
    (types.has(type) ? undefined : broken.find((one) => one.types === undefined))
  );
}

/** @throws ArmadaError `EXTERNAL_DISAGREES` where two declare a type differently, `EXTERNAL_CLASH` where two types get one subject */
export function joinTypes(found: readonly Found[]): DeclaredTypes {
  const types = new Map<string, { where: string; kind: ExternalKind }>();
  const subjects = new Map<string, string>();
  for (const one of found) {
    const { where, kind } = one;
    const other = types.get(kind.type);
    if (other !== undefined && other.kind !== kind && meaning(other.kind) !== meaning(kind))
      throw new ArmadaError("EXTERNAL_DISAGREES", `${other.where} and ${where} declare ${kind.type} differently`, {
        hint: "export it from one contract and import it in the other",
      });
    if (other !== undefined) continue;
    const subject = `${kind.entity}.${kind.event}`;
    const holder = subjects.get(subject);
    if (holder !== undefined || subject === "undeclared.event")
      throw new ArmadaError(
        "EXTERNAL_CLASH",
        `${kind.type} of ${where} and ${holder ?? "what nobody declared"} would share the subject evt.gateway.${subject}`,
        {
          hint: "rename one of the types",
        },
      );
    types.set(kind.type, one);
    subjects.set(subject, kind.type);
  }
  return new Map([...types].map(([type, { kind }]) => [type, kind]));
}

/** The known types most like `type`, nearest first. */
export function nearest(types: DeclaredTypes, type: string, most = 3): string[] {
  const wanted = type.slice(0, 200);
  return [...types.keys()]
    .map((known) => ({ known, distance: edits(wanted, known) }))
    .sort((a, b) => a.distance - b.distance || a.known.localeCompare(b.known))
    .slice(0, most)
    .map(({ known }) => known);
}

function isExternal(value: unknown): value is ExternalKind {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "external" && "type" in value && "data" in value;
}

function meaning(kind: ExternalKind): string {
  return JSON.stringify([z.toJSONSchema(kind.data, { unrepresentable: "any", io: "input" }), kind.id.toString(), kind.version]);
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
