import { hash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { z } from "zod";
import { changeShared, readShared, type SharedFile } from "../files/shared-file.ts";
import { checkScope, EVERYTHING, isScope, SCOPES_ARE } from "./scopes.ts";

/** Above it, a limit is none. */
const MOST_PER_MINUTE = 999_999_999;
const SIGNERS_EMIT = "a sender that signs only sends events: its scopes are emit:TYPE";
const emits = (scope: string): boolean => scope === EVERYTHING || scope.startsWith("emit:");

/** The gateway's first key, in a file of its own (`gateway.key`): it may do everything. */
export const DEFAULT_KEY = "default";

/**
 * A key as it is kept: what it opens, never the key itself, which has 192 bits, so that its digest is not guessed. Of a sender that
 * signs it is the secret instead, which whoever verifies must have.
 */
const NamedKey = z
  .strictObject({
    name: z.string(),
    /** SHA-256, in hex. */
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    /** Of Standard Webhooks: `whsec_` and base64. */
    secret: z.string().optional(),
    scopes: z.array(z.string().refine(isScope, `a scope is ${SCOPES_ARE}`)).min(1),
    made: z.iso.datetime(),
    expires: z.iso.datetime().optional(),
    /** Requests a minute; as the configuration says where it is not set. */
    perMinute: z.int().min(1).max(MOST_PER_MINUTE).optional(),
  })
  .refine(({ digest, secret }) => (digest === undefined) !== (secret === undefined), "it has either a digest or a secret")
  .refine(({ secret, scopes }) => secret === undefined || scopes.every(emits), SIGNERS_EMIT);
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

/** Where the file of a folder is. */
export const keyFileIn = (folder: string): string => join(folder, "gateway-keys.json");
/** By what a key is known: its SHA-256, in hex. */
export const digestOf = (key: string): string => hash("sha256", key, "hex");

const sharedIn = (folder: string): SharedFile<KeyFile> => ({
  path: keyFileIn(folder),
  schema: KeyFile,
  none: { layout: 1, keys: [], defaultRevoked: false },
  code: "KEYS_INVALID",
  entries: { list: "keys", one: "key" },
});

/** No file is no keys. @throws ArmadaError `KEYS_INVALID` */
export function readKeys(folder: string): Promise<KeyFile> {
  return readShared(sharedIn(folder));
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
  if (expires !== undefined && !z.iso.datetime().safeParse(expires).success)
    throw new ArmadaError("USAGE", `--expires ${expires} is no time`, { hint: "90d, 12h, or 2027-01-31T00:00:00Z, up to the year 9999" });
  if (perMinute !== undefined && !(Number.isInteger(perMinute) && perMinute >= 1 && perMinute <= MOST_PER_MINUTE))
    throw new ArmadaError("USAGE", `--per-minute ${perMinute} is no limit`, { hint: `a whole number from 1 to ${MOST_PER_MINUTE}` });
  if (signs !== undefined && !scopes.every(emits))
    throw new ArmadaError("USAGE", `--scope ${scopes.filter((one) => !emits(one)).join(" ")}: ${SIGNERS_EMIT}`, {
      hint: "--scope emit:TYPE",
    });
  const key = signs === undefined ? `ak_${randomBytes(24).toString("base64url")}` : signs === true ? newSecret() : checkSecret(signs);
  await changeShared(sharedIn(folder), (file) => {
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

/** A secret of Standard Webhooks, of 256 random bits. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** Standard Webhooks, "Signature scheme": 24 to 64 random bytes. @throws ArmadaError `USAGE` */
function checkSecret(text: string): string {
  const [, base64 = ""] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(base64, "base64");
  if (length >= 24 && length <= 64) return text;
  throw new ArmadaError("USAGE", "the file holds no secret of Standard Webhooks", { hint: "whsec_ and 24 to 64 bytes in base64" });
}

/** A running gateway refuses it within a second. @throws ArmadaError `USAGE` where there is no such key */
export function revokeKey(folder: string, name: string): Promise<void> {
  return changeShared(sharedIn(folder), (file) => {
    if (name === DEFAULT_KEY) return { ...file, defaultRevoked: true };
    const keys = file.keys.filter((one) => one.name !== name);
    if (keys.length === file.keys.length) throw new ArmadaError("USAGE", `there is no key ${name}`, { hint: "armada keys list" });
    return { ...file, keys };
  });
}
