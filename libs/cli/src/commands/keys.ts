import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError, type Duration, milliseconds } from "@armada/contracts";
import { addKey, DEFAULT_KEY, readKeys, revokeKey } from "@armada/operations/keys/key-file";
import { EVERYTHING } from "@armada/operations/keys/scopes";
import { DEFAULT_FILE, HOME, readMesh } from "@armada/operations/mesh/mesh-file";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { madeFile } from "../secret-file.ts";

/** Later years have no four digits. */
const LATEST = Date.UTC(10_000, 0);

export type KeyFlags = { readonly mesh?: string; readonly keys?: string };
export type AddFlags = KeyFlags & {
  readonly scope?: readonly string[];
  readonly expires?: string;
  readonly perMinute?: string;
  readonly out?: string;
  /** A file with a sender's secret, or that one is made. */
  readonly signs?: string | true;
};

/** The gateway's folder of keys and hooks: of --keys, of the mesh file, of NATS_CREDS, or where `up` makes it. */
export async function folderOf({ mesh, keys }: KeyFlags): Promise<string> {
  return keys ?? (await readMesh(mesh ?? DEFAULT_FILE))?.keys ?? process.env.NATS_CREDS ?? join(HOME, "keys");
}

/** Makes a key and shows it, once: on the terminal, or in a file with --out; a secret that was given is not shown. @throws ArmadaError `USAGE`, `KEYS_INVALID` */
export async function addKeyCommand(name: string, flags: AddFlags, out: Output): Promise<number> {
  const now = Date.now();
  const scopes = flags.scope ?? [];
  const expires = flags.expires === undefined ? {} : { expires: new Date(endOf(flags.expires, now)).toISOString() };
  const perMinute = flags.perMinute === undefined ? {} : { perMinute: Number(flags.perMinute) };
  const given = typeof flags.signs === "string" ? flags.signs : undefined;
  if (given !== undefined && flags.out !== undefined)
    throw new ArmadaError("USAGE", `there is nothing to write into ${flags.out}: ${given} holds the secret of ${name}`, {
      hint: "leave --out away",
    });
  if (out.json && flags.out === undefined && given === undefined)
    throw new ArmadaError("USAGE", "with --json a key goes into a file", { hint: "--out FILE" });
  const signs = flags.signs === undefined ? {} : { signs: flags.signs === true ? (true as const) : await secretIn(flags.signs) };
  const file = flags.out === undefined ? undefined : await madeFile(flags.out);
  const key = await addKey(await folderOf(flags), { name, scopes, ...expires, ...perMinute, ...signs, now }).catch(async (error) => {
    await file?.remove();
    throw error;
  });
  await file?.write(`${key}\n`);
  out.emit({
    type: "key",
    name,
    scopes,
    made: new Date(now).toISOString(),
    ...expires,
    ...perMinute,
    ...(flags.out === undefined ? {} : { file: flags.out }),
  });
  if (given === undefined) out.say(flags.out === undefined ? key : `the key ${name} is in ${flags.out}`);
  else out.say(`${name} signs with the secret in ${given}`);
  out.complain(`${given === undefined ? "nothing shows it again; " : ""}a running gateway knows it within a second`);
  return EXIT.ok;
}

export async function listKeys(flags: KeyFlags, out: Output): Promise<number> {
  const { keys, defaultRevoked } = await readKeys(await folderOf(flags));
  out.emit({ type: "key", name: DEFAULT_KEY, scopes: [EVERYTHING], ...(defaultRevoked ? { revoked: true } : {}) });
  out.say(`${DEFAULT_KEY}  ${defaultRevoked ? "revoked" : EVERYTHING}`);
  for (const { digest: _digest, secret, ...key } of keys) {
    const expired = key.expires !== undefined && Date.parse(key.expires) <= Date.now();
    out.emit({ type: "key", ...key, ...(expired ? { expired } : {}), ...(secret === undefined ? {} : { signs: true }) });
    const until = key.expires === undefined ? "" : `  ${expired ? "expired" : "until"} ${key.expires}`;
    out.say(
      `${key.name}  ${key.scopes.join(" ")}${secret === undefined ? "" : "  signs"}${until}${key.perMinute === undefined ? "" : `  ${key.perMinute} a minute`}`,
    );
  }
  return EXIT.ok;
}

/** @throws ArmadaError `USAGE`, `KEYS_INVALID` */
export async function revokeKeyCommand(name: string, flags: KeyFlags, out: Output): Promise<number> {
  await revokeKey(await folderOf(flags), name);
  out.emit({ type: "key", name, scopes: [], revoked: true });
  out.say(`${name} opens nothing any more, within a second`);
  return EXIT.ok;
}

/** @throws ArmadaError `USAGE` */
async function secretIn(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new ArmadaError("USAGE", `no secret in ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A length from now on, or a time. @throws ArmadaError `USAGE` */
function endOf(text: string, now: number): number {
  const at = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text) ? now + milliseconds(text as Duration) : Date.parse(text);
  if (at > now && at < LATEST) return at;
  throw new ArmadaError("USAGE", `--expires ${text} is no time to come`, {
    hint: "90d, 12h, or 2027-01-31T00:00:00Z, before the year 10000",
  });
}
