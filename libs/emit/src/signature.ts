import { EmitError } from "./errors.ts";

/** The headers of Standard Webhooks 1.0 for a body. `secret`: `whsec_` and base64. @throws EmitError `settings-invalid` */
export async function signatureHeaders(
  secret: string,
  about: { readonly id: string; readonly at: Date; readonly body: string },
): Promise<Record<string, string>> {
  const id = encodeURIComponent(about.id.toWellFormed());
  const timestamp = String(Math.floor(about.at.getTime() / 1_000));
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${timestamp}.${about.body}`));
  const signature = btoa(String.fromCharCode(...new Uint8Array(signed)));
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (character) => character.charCodeAt(0));
  } catch {
    throw new EmitError("settings-invalid", "the secret that signs is no base64", {
      hint: "`armada keys add NAME --signs --out FILE` writes one",
    });
  }
}
