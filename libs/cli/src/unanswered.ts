import { ArmadaError } from "@armada/contracts";

/** What OpenSSL and Node say of a certificate that leads to no authority they trust. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
/** A certificate that no authority would make good, and one side that speaks no TLS. */
const OTHERWISE_BAD = /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO$)/;

/** Why a gateway gave no answer: none is there, or what it showed is not believed. */
export function unanswered(url: string, cause: unknown): ArmadaError {
  const { code = "", message = "" } = (cause instanceof Error ? (cause.cause ?? cause) : {}) as Partial<NodeJS.ErrnoException>;
  if (UNTRUSTED.has(code))
    return new ArmadaError("GATEWAY_NOT_TRUSTED", `the certificate of ${url} is signed by nobody who is trusted here: ${message}`, {
      cause,
      hint: "NODE_EXTRA_CA_CERTS=FILE names the authority that signed it, in PEM",
    });
  if (OTHERWISE_BAD.test(code))
    return new ArmadaError("GATEWAY_NOT_TRUSTED", `no TLS with ${url}: ${message.trim() || code} (${code})`, {
      cause,
      hint: "is it the name in its certificate, does that hold today, and does the gateway speak HTTPS? `gateway.tls.cert`",
    });
  return new ArmadaError("NO_MESH", `no gateway answers at ${url}`, { cause, hint: "is the mesh up? `npx armada up`" });
}
