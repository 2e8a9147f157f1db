import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, randomBytes, sign, verify } from "node:crypto";

// An nkey is an Ed25519 key in base32: a prefix, 32 bytes, a checksum (docs.nats.io, "NKeys"). All that is done with one is done
// here by the system's own cryptography: the client library's is written in JavaScript and takes 10 to 30 ms a key.

/** Whose key it is: a public one begins with `U`, `A`, `O`, its seed with `SU`, `SA`, `SO`. */
export type KeyKind = keyof typeof KINDS;
const KINDS = { user: 20 << 3, account: 0, operator: 14 << 3 } as const;
const publicPrefix = (kind: KeyKind): Buffer => Buffer.from([KINDS[kind]]);
const seedPrefix = (kind: KeyKind): Buffer => Buffer.from([(18 << 3) | (KINDS[kind] >> 5), (KINDS[kind] & 31) << 3]);
const KEY_BYTES = 32;
const CHECK_BYTES = 2;
/** ASN.1 frames of a raw Ed25519 key (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** The secret of a new identity. */
export function newSeed(): string {
  return encoded(seedPrefix("user"), randomBytes(KEY_BYTES));
}

/** Another secret, made of one and a name, the same each time: who has the one has all, and none of them tells another. */
export function derivedSeed(seed: string, name: string, kind: KeyKind = "user"): string {
  const what = kind === "user" ? `armada account ${name}` : `armada ${kind} key ${name}`;
  return encoded(seedPrefix(kind), Buffer.from(hkdfSync("sha256", decoded(seedPrefix("user"), seed.trim()), "", what, KEY_BYTES)));
}

/** The public key of a seed. @throws Error where it is no seed of such a one */
export function publicKeyOf(seed: string, kind: KeyKind = "user"): string {
  const spki = createPublicKey(privateKey(seed, kind)).export({ format: "der", type: "spki" });
  return encoded(publicPrefix(kind), spki.subarray(SPKI.length));
}

/** Signs a text: 64 bytes as base64url. @throws Error where it is no seed of a user */
export function signer(seed: string): (text: string) => string {
  const key = privateKey(seed, "user");
  return (text) => sign(null, Buffer.from(text), key).toString("base64url");
}

/** Signs bytes: 64 bytes. @throws Error where it is no seed of such a one */
export function byteSigner(seed: string, kind: KeyKind): (bytes: Uint8Array) => Uint8Array {
  const key = privateKey(seed, kind);
  return (bytes) => sign(null, bytes, key);
}

/** Whether a text was signed by whose public key this is. @throws Error where it is no public key of a user */
export function verifier(publicKey: string): (text: string, sig: string) => boolean {
  const raw = decoded(publicPrefix("user"), publicKey);
  const key: KeyObject = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
  return (text, sig) => verify(null, Buffer.from(text), key, Buffer.from(sig, "base64url"));
}

function privateKey(seed: string, kind: KeyKind): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, decoded(seedPrefix(kind), seed)]), format: "der", type: "pkcs8" });
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function encoded(prefix: Buffer, key: Buffer): string {
  const checked = Buffer.concat([prefix, key]);
  const check = Buffer.alloc(CHECK_BYTES);
  check.writeUInt16LE(crc16(checked));
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of Buffer.concat([checked, check])) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

function decoded(prefix: Buffer, text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const five = ALPHABET.indexOf(letter);
    if (five < 0) throw new Error("an nkey has letters and the digits 2 to 7 only");
    held = ((held << 5) | five) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 0xff);
  }
  const whole = Buffer.from(bytes);
  const checked = whole.subarray(0, -CHECK_BYTES);
  if (checked.length !== prefix.length + KEY_BYTES || !checked.subarray(0, prefix.length).equals(prefix))
    throw new Error("it is no nkey of the wanted kind");
  if (whole.readUInt16LE(checked.length) !== crc16(checked)) throw new Error("the checksum of the nkey does not fit");
  return checked.subarray(prefix.length);
}

/** CRC-16/XMODEM. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let i = 0; i < 8; i++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}
