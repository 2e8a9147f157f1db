/** What stands where a secret stood. */
export const HIDDEN = "[hidden]";

/**
 * How keys look that others issue. Sources: the issuers' pages on key formats (docs.github.com "token types", docs.gitlab.com
 * "token prefixes", docs.slack.dev "tokens", docs.aws.amazon.com "unique identifiers", docs.stripe.com "API keys", docs.npmjs.com,
 * pypi.org/help, huggingface.co/docs "user access tokens", platform.claude.com and platform.openai.com), RFC 6750, RFC 7519, RFC 7468,
 * and nkeys of NATS, 2026-11. Each takes time in proportion to the text.
 */
const SHAPES: readonly RegExp[] = [
  /\bsk-(?=[\w-]{0,80}(?:\d|[A-Z]|ant-|proj-))[\w-]{8,}/g, // Anthropic, OpenAI, OpenRouter and others
  /\b[rsp]k_(?:live|test)_\w{10,}|\bwhsec_[\w+/=]{16,}/g, // Stripe, Standard Webhooks
  /\bgh[opsur]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}/g,
  /\bxox[a-z]-[\w-]{10,}|\bxapp-[\w-]{10,}/g, // Slack
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, // AWS
  /\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}|\bGOCSPX-[\w-]{16,}/g, // Google
  /\bhf_[A-Za-z0-9]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{40,}|\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\beyJ[\w-]{8,800}\.[\w-]{8,}(?:\.[\w-]*)?/g, // a JSON Web Token
  /\bS[UAONCX][A-Z2-7]{56}\b/g, // a seed of NATS
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Where what stands before says that a secret follows: it stays, the secret goes. A secret without a digit is taken for a word. */
const INTRODUCED: readonly RegExp[] = [
  /(\b(?:Bearer|Basic)\s{1,9})(?=[^\s"']{0,200}[\d=])[\w.~+/=-]{8,}/gi,
  /(\b(?:x-)?(?:api[-_]?key|(?:(?:access|auth|refresh|session|id)[-_]?)?token|(?:client[-_]?)?secret|passw(?:or)?d|passphrase)["'\\]{0,3}\s{0,9}[:=]\s{0,9}["'\\]{0,3})(?=[^\s"'&,;\\]{0,200}\d)[^\s"'&,;\\]{8,}/gi,
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^/\s:@"']{0,200}:)[^/\s@"']{1,400}(?=@)/gi, // a password in an address
];

/** Where Node repeats some characters of a text that it could not read: the half of a key has no shape. */
const QUOTED = /, (?:\.\.\.)?"[\s\S]{0,60}"(?:\.\.\.)? is not valid JSON/g;

/** A text without what looks like a secret. */
export function withoutShapes(text: string): string {
  const struck = SHAPES.reduce((left, shape) => left.replace(shape, HIDDEN), text.replace(QUOTED, ": it is not valid JSON"));
  return INTRODUCED.reduce((left, shape) => left.replace(shape, `$1${HIDDEN}`), struck);
}
