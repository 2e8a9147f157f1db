import { z } from "zod";
import { ArmadaError } from "../errors.ts";
import { IdRule } from "../external-id.ts";
import { declaredBy, joinTypes } from "../external-types.ts";
import type { TeamManifest } from "../fleet/manifest.ts";

const Schema = z.record(z.string(), z.unknown());

/** The contracts of a project's teams as of a release, each by its name. Schemas are JSON Schema, draft 2020-12. */
export const ContractSnapshot = z.object({
  /** Of this file's form. */
  version: z.literal(1),
  /** Facts, by type: `<team>.<entity>.<event>`. */
  events: z.record(z.string(), z.object({ version: z.int(), schema: Schema })),
  /** What the gateway takes for these teams, by type. */
  external: z.record(z.string(), z.object({ teams: z.array(z.string()), schema: Schema, id: IdRule })),
  /** By `<team>.<capability>`. */
  capabilities: z.record(z.string(), z.object({ input: Schema, output: Schema })),
});
export type ContractSnapshot = z.infer<typeof ContractSnapshot>;

/** @throws ArmadaError `EXTERNAL_DISAGREES`, `EXTERNAL_CLASH` */
export function snapshotOf(manifests: readonly TeamManifest[]): ContractSnapshot {
  const declared = declaredBy(manifests);
  const external = [...joinTypes(declared)].map(([type, { schema, id }]) => {
    const teams = declared.filter(({ kind }) => kind.type === type).map(({ team }) => team);
    return [type, { teams: teams.toSorted(), schema, id }] as const;
  });
  return {
    version: 1,
    events: Object.fromEntries(manifests.flatMap(({ events }) => events.map(({ type, version, schema }) => [type, { version, schema }]))),
    external: Object.fromEntries(external),
    capabilities: Object.fromEntries(
      manifests.flatMap(({ capabilities }) => capabilities.map(({ name, input, output }) => [name, { input, output }])),
    ),
  };
}

/** The same text for the same contracts, whatever the order in which code says them. */
export function snapshotText(snapshot: ContractSnapshot): string {
  return `${JSON.stringify(ordered(snapshot), undefined, 2)}\n`;
}

/** What a text of `snapshotText` says. `where` names it in errors. @throws ArmadaError `BAD_SNAPSHOT` */
export function readSnapshot(text: string, where: string): ContractSnapshot {
  const wrong = (why: string, cause?: unknown): ArmadaError =>
    new ArmadaError("BAD_SNAPSHOT", `${where} is no snapshot of contracts: ${why}`, {
      cause,
      hint: "`armada contracts snapshot` of this version writes one",
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = ContractSnapshot.safeParse(value);
  if (!parsed.success) throw wrong(z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

const BEFORE_NAMES = ["version", "teams", "type"];

/** Members by name; what says of which version or type something is stands first. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const rank = (name: string): number => (BEFORE_NAMES.includes(name) ? 0 : 1);
  const members = Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]: [string, unknown]) => [name, ordered(member)]));
}
