import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ArmadaError, type ErrorCode } from "@armada/contracts";
import type { z } from "zod";

export { nearest } from "./fields.ts";

import { type Leaf, leaves, nearest, readText, variableOf } from "./fields.ts";
import { Config } from "./schema.ts";
import { looksSecret, namesSecret } from "./secrets.ts";

/** A value in force; `from`: `built-in`, the file, the variable or the flag that said it. */
export type Setting = {
  readonly path: string;
  readonly value: string | number | boolean | undefined;
  readonly from: string;
  /** The environment variable that hands it to another process. */
  readonly variable: string;
  /** What holds where there is no value. */
  readonly unset?: string;
};
/** The configuration in force, and of each setting its value and where that comes from. */
export type Settings = { readonly config: Config; readonly list: readonly Setting[] };
/** What the command line said, by setting. */
export type Flags = Readonly<Record<string, { readonly flag: string; readonly text: string } | undefined>>;

export { serviceEnvironment } from "./child-environment.ts";
/** The configuration file that is read of a folder where none is named. */
export const CONFIG_FILE = "armada.config.ts";
const BUILT_IN = "built-in";
const SECRETS_HINT =
  "secrets come from the environment, or from files that it names: ANTHROPIC_API_KEY or ANTHROPIC_API_KEY_FILE, and so with others";

type Env = Readonly<Record<string, string | undefined>>;
type Tree = { [name: string]: unknown };
type Said = { readonly value: unknown; readonly from: string };

/**
 * Built-in values, below the file's (`file`, else `armada.config.ts` of `folder`, where there is one), below the
 * environment's, below the flags'. A file that has changed is read anew. @throws ArmadaError `BAD_CONFIG`, `USAGE` for a flag
 */
export async function loadSettings(options: { file?: string | undefined; folder?: string; env: Env; flags?: Flags }): Promise<Settings> {
  const path = options.file === undefined ? join(options.folder ?? ".", CONFIG_FILE) : options.file;
  if (!existsSync(path)) {
    if (options.file !== undefined) throw new ArmadaError("BAD_CONFIG", `there is no file ${path}`, { hint: "--config FILE names it" });
    return settingsOf(undefined, options.env, options.flags);
  }
  const loaded: { default?: unknown } = await import(`${pathToFileURL(resolve(path)).href}?t=${Math.trunc(statSync(path).mtimeMs)}`).catch(
    (cause: unknown) => {
      throw new ArmadaError("BAD_CONFIG", `${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    },
  );
  return settingsOf({ name: path, value: loaded.default }, options.env, options.flags);
}

/** The same from a file that is loaded already; without one, what a service started by hand has. @throws ArmadaError */
export function settingsOf(file: { name: string; value: unknown } | undefined, env: Env, flags: Flags = {}): Settings {
  const given = file === undefined ? {} : checkFile(file.name, file.value);
  const list: Setting[] = [];
  const tree: Tree = {};
  for (const leaf of leaves) {
    const unset = leaf.unset === undefined ? {} : { unset: leaf.unset };
    const below = settingsBelow(leaf, given, env, flags);
    for (const { path, schema, variables } of below) {
      const said = sayingOf(path, schema, variables, { given, file: file?.name ?? "", env, flags });
      put(tree, path, said.value);
      list.push({ path, value: shown(said.value), from: said.from, variable: variables[0] ?? "", ...unset });
    }
    if (below.length === 0) list.push({ path: leaf.path, value: undefined, from: BUILT_IN, variable: "", ...unset });
  }
  return { config: Config.parse(tree), list };
}

/** What a file and flags said, as a child process reads it; what the environment said, the child has already. */
export function environmentOf({ list }: Settings): Record<string, string> {
  const said = list.filter(({ value, from, variable }) => value !== undefined && from !== BUILT_IN && from !== variable);
  return Object.fromEntries(said.map(({ variable, value }) => [variable, String(value)]));
}

/** A setting of its own for each name below a leaf that takes any. */
function settingsBelow(
  leaf: Leaf,
  given: Tree,
  env: Env,
  flags: Flags,
): { path: string; schema: z.ZodType; variables: readonly string[] }[] {
  const { path, schema, variables, each } = leaf;
  if (each === undefined) return [{ path, schema, variables }];
  const prefix = `${variableOf(path)}_`;
  const names = new Set([
    ...Object.keys(at(given, path) ?? {}),
    ...Object.keys(env).flatMap((name) => (name.startsWith(prefix) && env[name] !== "" ? [name.slice(prefix.length).toLowerCase()] : [])),
    ...Object.keys(flags).flatMap((name) => (name.startsWith(`${path}.`) ? [name.slice(path.length + 1)] : [])),
  ]);
  return [...names].sort().map((name) => ({ path: `${path}.${name}`, schema: each, variables: [`${prefix}${name.toUpperCase()}`] }));
}

function sayingOf(
  path: string,
  schema: z.ZodType,
  variables: readonly string[],
  sources: { given: Tree; file: string; env: Env; flags: Flags },
): Said {
  const flag = sources.flags[path];
  if (flag !== undefined) return { value: parse(schema, flag.text, "USAGE", flag.flag), from: flag.flag };
  for (const name of variables) {
    const text = sources.env[name]?.trim() ?? "";
    if (text !== "") return { value: parse(schema, text, "BAD_CONFIG", name), from: name };
  }
  const value = at(sources.given, path);
  if (value !== undefined) return { value, from: sources.file };
  return { value: schema.parse(undefined), from: BUILT_IN };
}

function parse(schema: z.ZodType, text: string, code: ErrorCode, name: string): unknown {
  const parsed = schema.safeParse(readText(schema, text));
  if (parsed.success) return parsed.data;
  throw new ArmadaError(code, `${name} is ${text}: ${parsed.error.issues[0]?.message ?? "it does not fit"}`, {
    hint: "see docs/reference/configuration.md",
  });
}

function checkFile(name: string, value: unknown): Tree {
  if (!isTree(value))
    throw new ArmadaError("BAD_CONFIG", `${name} has no configuration as its default export`, {
      hint: "export default defineConfig({ … })",
    });
  refuseSecrets(name, value, "");
  const parsed = Config.safeParse(value);
  if (parsed.success) return value;
  const [issue] = parsed.error.issues;
  const where = (issue?.path ?? []).join(".");
  if (issue?.code !== "unrecognized_keys")
    throw new ArmadaError("BAD_CONFIG", `${name}: ${where}: ${issue?.message ?? "it does not fit"}`, {
      hint: "see docs/reference/configuration.md",
    });
  const key = [where, issue.keys[0] ?? ""].filter((part) => part !== "").join(".");
  const near = nearest([...leaves.map(({ path }) => path), ...new Set(leaves.map(({ path }) => path.split(".")[0] ?? path))], key);
  throw new ArmadaError("BAD_CONFIG", `${name}: there is no setting ${key}`, {
    hint: `the nearest is ${near}; all are in docs/reference/configuration.md`,
  });
}

/** The message never holds the value. */
function refuseSecrets(name: string, value: unknown, path: string): void {
  if (typeof value === "string" && looksSecret(value))
    throw new ArmadaError("BAD_CONFIG", `${name}: ${path} looks like a secret`, { hint: SECRETS_HINT });
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const below = path === "" ? key : `${path}.${key}`;
    if (typeof inner === "string" && namesSecret(key) && !isSetting(below))
      throw new ArmadaError("BAD_CONFIG", `${name}: ${below} would be a secret in a file`, { hint: SECRETS_HINT });
    refuseSecrets(name, inner, below);
  }
}

/** No setting holds a secret: `gateway.tls.key` names a file, and below `secrets` stand names. */
function isSetting(path: string): boolean {
  return leaves.some((leaf) => leaf.path === path || (leaf.each !== undefined && path.startsWith(`${leaf.path}.`)));
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(tree: Tree, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined), tree);
}

function put(tree: Tree, path: string, value: unknown): void {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    if (value !== undefined) tree[name] = value;
    return;
  }
  const inner = tree[name];
  const below: Tree = isTree(inner) ? inner : {};
  tree[name] = below;
  put(below, rest.join("."), value);
}

function shown(value: unknown): Setting["value"] {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}
