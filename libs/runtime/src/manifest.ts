import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sharesAnswers, type Team } from "@armada/agents";
import { type AnyEventKind, ArmadaError, type Capability, type ExternalType, idRuleOf, TeamManifest } from "@armada/contracts";
import { NO_WORDS } from "@armada/contracts/compatibility";
import { allQueues, queuesOf, sourcesOf, subscriptionName } from "@armada/engine/inbound/queues";
import { z } from "zod";
import type { JSONSchema } from "zod/v4/core";
import { sourceOf } from "./workflow-digest.ts";

type Schema = ExternalType["schema"];

/**
 * What others need to know of a team, from its code: the definition, and the contract in the same folder, where it has one.
 * @throws ArmadaError `BAD_CONTRACT` where the contract cannot be loaded, `EXTERNAL_ID` where an id is told by more than a path
 */
export async function manifestOf(team: Team, folder: string): Promise<TeamManifest> {
  const contract = await contractIn(team.name, folder);
  const taken = [
    ...team.awaits,
    ...team.subscriptions.map(({ on }) => on),
    ...team.readModels.flatMap(({ folds }) => folds.map(({ on }) => on)),
  ];
  const kinds = uniqueTypes([...contract.kinds, ...team.emits, ...taken]);
  const offered = new Map([...contract.capabilities, ...team.provides.map(({ capability }) => capability)].map((one) => [one.name, one]));
  return TeamManifest.parse({
    team: team.name,
    events: kinds
      .filter(({ kind, team: of }) => kind === "event" && of === team.name)
      .map(({ type, version, data }) => ({ type, version, schema: schemaOf(data) })),
    external: kinds.filter(({ kind }) => kind === "external").map(externalTypeOf),
    capabilities: [...offered.values()]
      .filter((one) => one.team === team.name)
      .map(({ name, input, output }) => ({ name, input: schemaOf(input), output: schemaOf(output) })),
    asks: team.asks.map(({ name }) => name),
    queues: allQueues(queuesOf(team)).map(({ name, filters, concurrency }) => ({ name, filters, concurrency })),
    sources: [...sourcesOf(team)].map(([from, filters]) => ({ team: from, filters })),
    subscriptions: team.subscriptions.map((one) => ({ type: one.on.type, workflow: one.workflow.name, name: subscriptionName(one) })),
    schedules: team.schedules.map(({ name, cron, zone, missed, workflow }) => ({ name, cron, zone, missed, workflow: workflow.name })),
    shares: sharesAnswers(team),
    agents: team.agents.map(({ name, does, tier, limits }) => ({ name, does, tier, limits })),
    workflows: team.workflows.map((workflow) => ({ name: workflow.name, version: workflow.version, source: sourceOf(workflow) })),
    code: await digestOf(folder),
  });
}

/** A type from outside as manifests say it. @throws ArmadaError `EXTERNAL_ID` */
export function externalTypeOf({ type, version, data, id }: AnyEventKind): ExternalType {
  return { type, version, schema: schemaOf(data), id: idRuleOf(type, id) };
}

/** Types that JSON Schema has no words for. */
const WORDLESS: ReadonlySet<string> = new Set([
  "bigint",
  "custom",
  "date",
  "map",
  "nan",
  "set",
  "symbol",
  "transform",
  "undefined",
  "void",
]);

/**
 * JSON Schema of what comes in. What it has no words for is anything, with a `$comment` that says what it is, for those who compare; and a
 * member that may be anything may be missing, as it may for zod. Flags of a pattern are in it: `(?i:…)`.
 */
export function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _draft, ...made } = z.toJSONSchema(schema, {
    unrepresentable: "any",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (WORDLESS.has(def.type) && Object.keys(jsonSchema).length === 0) jsonSchema.$comment = `${NO_WORDS}${def.type}`;
      for (const said of [def, ...(def.checks ?? []).map((check) => check._zod.def)])
        if ("pattern" in said && said.pattern instanceof RegExp) withFlags(jsonSchema, said.pattern);
      const { properties, required } = jsonSchema;
      if (required === undefined || properties === undefined) return;
      const said = required.filter((name) => Object.keys(properties[name] ?? {}).some((word) => word !== "$comment"));
      if (said.length > 0) jsonSchema.required = said;
      else delete jsonSchema.required;
    },
  });
  return made;
}

/** A pattern by itself says nothing of its flags. */
function withFlags(schema: JSONSchema.BaseSchema, { source, flags }: RegExp): void {
  const said = flags.replaceAll(/[^ims]/g, "");
  if (said === "") return;
  for (const part of [schema, ...(schema.allOf ?? [])]) if (part.pattern === source) part.pattern = `(?${said}:${source})`;
}

type Contract = { readonly kinds: readonly AnyEventKind[]; readonly capabilities: readonly Capability[] };

async function contractIn(team: string, folder: string): Promise<Contract> {
  const path = ["contract.ts", "contract.js"].map((name) => join(folder, name)).find(existsSync);
  if (path === undefined) return { kinds: [], capabilities: [] };
  let loaded: object;
  try {
    loaded = (await import(pathToFileURL(path).href)) as object;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? cause.name) : String(cause);
    throw new ArmadaError("BAD_CONTRACT", `the contract of ${team} cannot be loaded: ${why}`, {
      cause,
      hint: "mend it; `npx tsc --noEmit` shows where",
    });
  }
  const exported: readonly unknown[] = Object.values(loaded);
  return { kinds: exported.filter(isKind), capabilities: exported.filter(isCapability) };
}

const Kinded = z.looseObject({ kind: z.string() });

function isKind(value: unknown): value is AnyEventKind {
  const { success, data } = Kinded.safeParse(value);
  return success && (data.kind === "event" || data.kind === "external");
}

function isCapability(value: unknown): value is Capability {
  const { success, data } = Kinded.safeParse(value);
  return success && data.kind === "capability";
}

function uniqueTypes(kinds: readonly AnyEventKind[]): readonly AnyEventKind[] {
  return [...new Map(kinds.map((kind) => [kind.type, kind])).values()];
}

/** Of all its files but tests, by path and content, so that the same code has the same digest wherever it is. */
async function digestOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.filter((path) => /\.[cm]?[jt]s$/.test(path) && !/\.test\.[cm]?[jt]s$|[\\/]node_modules[\\/]/.test(path)).sort();
  const parts = await Promise.all(files.map(async (path) => `${path.slice(folder.length)}\n${hash("sha256", await readFile(path))}`));
  return hash("sha256", parts.join("\n"), "base64url").slice(0, 22);
}
