import { hash, randomBytes } from "node:crypto";
import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import { z } from "zod";
import { checkScope } from "./scopes.ts";

/** The gateway's first key, in a file of its own (`gateway.key`): it may do everything. */
export const DEFAULT_KEY = "default";

/**
 * A key as it is kept: what it opens, never the key itself, which has 192 bits, so that its digest is not guessed. Of a sender that
 * signs it is the secret instead, which whoever verifies must have.
 */
const NamedKey = z.strictObject({
  name: z.string(),
  /** SHA-256, in hex. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Of Standard Webhooks: `whsec_` and base64. */
  secret: z.string().optional(),
  scopes: z.array(z.string()).min(1),
  /** ISO-8601. */
  made: z.string(),
  expires: z.string().optional(),
  /** Requests a minute; as the configuration says where it is not set. */
  perMinute: z.int().min(1).optional(),
});
export type NamedKey = z.infer<typeof NamedKey>;

const KeyFile = z.strictObject({
  layout: z.literal(1),
  keys: z.array(NamedKey),
  /** Whether the first key no longer opens anything. */
  defaultRevoked: z.boolean().default(false),
});
/** The keys of a gateway by their digests, the revoked ones too, and whether the first one still opens. */
export type KeyFile = z.infer<typeof KeyFile>;

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;
const LOCK_MS = 5_000;

/** Where the file of a folder is. */
export const keyFileIn = (folder: string): string => join(folder, "gateway-keys.json");
/** By what a key is known: its SHA-256, in hex. */
export const digestOf = (key: string): string => hash("sha256", key, "hex");

/** No file is no keys. @throws ArmadaError `KEYS_INVALID` */
export async function readKeys(folder: string): Promise<KeyFile> {
  const path = keyFileIn(folder);
  try {
    return KeyFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { layout: 1, keys: [], defaultRevoked: false };
    throw new ArmadaError("KEYS_INVALID", `${path} is no file of keys: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: "write it by `armada keys add` and `armada keys revoke`",
    });
  }
}

/** Makes a key. @returns it, which nothing else ever tells again. @throws ArmadaError `USAGE`, `KEYS_INVALID` */
export async function addKey(
  folder: string,
  about: {
    /** What the key is, where it signs: the sender's own secret, or one that is made. */
    readonly signs?: string | true;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expires?: string;
    readonly perMinute?: number;
    readonly now: number;
  },
): Promise<string> {
  const { name, scopes, expires, perMinute, now, signs } = about;
  if (!NAME.test(name) || name === DEFAULT_KEY)
    throw new ArmadaError("USAGE", `a key cannot be called ${name}`, { hint: "a letter, then letters, digits, - and _; not `default`" });
  if (scopes.length === 0)
    throw new ArmadaError("USAGE", "a key wants what it may do", { hint: "--scope emit:TYPE, more than once if needed" });
  scopes.forEach(checkScope);
  const key = signs === undefined ? `ak_${randomBytes(24).toString("base64url")}` : signs === true ? newSecret() : checkSecret(signs);
  await change(folder, (file) => {
    if (file.keys.some((one) => one.name === name))
      throw new ArmadaError("USAGE", `there is a key ${name}`, {
        hint: `armada keys revoke ${name}, or add one of another name beside it`,
      });
    const kept = signs === undefined ? { digest: digestOf(key) } : { secret: key };
    const made = { name, ...kept, scopes: [...scopes], made: new Date(now).toISOString() };
    const more = { ...(expires === undefined ? {} : { expires }), ...(perMinute === undefined ? {} : { perMinute }) };
    return { ...file, keys: [...file.keys, { ...made, ...more }] };
  });
  return key;
}

const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** Standard Webhooks, "Signature scheme": 24 to 64 random bytes. @throws ArmadaError `USAGE` */
function checkSecret(text: string): string {
  const [, base64 = ""] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(base64, "base64");
  if (length >= 24 && length <= 64) return text;
  throw new ArmadaError("USAGE", "the file holds no secret of Standard Webhooks", { hint: "whsec_ and 24 to 64 bytes in base64" });
}

/** A running gateway refuses it within a second. @throws ArmadaError `USAGE` where there is no such key */
export function revokeKey(folder: string, name: string): Promise<void> {
  return change(folder, (file) => {
    if (name === DEFAULT_KEY) return { ...file, defaultRevoked: true };
    const keys = file.keys.filter((one) => one.name !== name);
    if (keys.length === file.keys.length) throw new ArmadaError("USAGE", `there is no key ${name}`, { hint: "armada keys list" });
    return { ...file, keys };
  });
}

/** One at a time; readers see the file before or after, never half of it. */
async function change(folder: string, make: (file: KeyFile) => KeyFile): Promise<void> {
  const path = keyFileIn(folder);
  const lock = `${path}.lock`;
  for (const deadline = performance.now() + LOCK_MS; ; await sleep(20)) {
    try {
      await (await open(lock, "wx")).close();
      break;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT")
        throw new ArmadaError("USAGE", `there is no folder ${folder}`, { cause, hint: "start the mesh once, or --keys DIR" });
      if (code !== "EEXIST") throw cause;
      if (performance.now() > deadline)
        throw new ArmadaError("USAGE", `${path} is being changed by another command`, { hint: `where none runs, remove ${lock}` });
    }
  }
  try {
    const text = `${JSON.stringify(make(await readKeys(folder)), undefined, 2)}\n`;
    const fresh = `${path}.${process.pid}`;
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, path);
  } finally {
    await rm(lock);
  }
}
