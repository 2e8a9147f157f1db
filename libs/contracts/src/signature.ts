import { hash } from "node:crypto";

const SIGNED = /,"sig":"([A-Za-z0-9_-]{86})"\}(\]?)$/;

/** What an Ed25519 signature of a message covers. `body` is without `sig`. */
export function signedText(subject: string, id: string, body: string): string {
  return `${subject}\n${id}\n${hash("sha256", body, "base64url")}`;
}

/** Puts a signature (base64url, 86 characters) last into the last envelope of a body, so that it can be taken out byte for byte. */
export function withSignature(body: string, sig: string): string {
  const batch = body.endsWith("]");
  const open = body.slice(0, batch ? -2 : -1);
  return `${open},"sig":"${sig}"}${batch ? "]" : ""}`;
}

/** @returns the body as it was signed, and the signature; undefined where there is none at the place that `withSignature` uses. */
export function splitSignature(body: string): { body: string; sig: string } | undefined {
  const match = SIGNED.exec(body);
  const sig = match?.[1];
  if (match === null || sig === undefined) return undefined;
  return { body: `${body.slice(0, match.index)}}${match[2] ?? ""}`, sig };
}
