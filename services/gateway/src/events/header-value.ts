const PERCENT = /(?:%[0-9A-Fa-f]{2})+/g;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** A binary-mode header's value: `decoded` as the binding wants it, `literal` as it stands there. */
export type HeaderValue = { readonly decoded: string; readonly literal: string };

/**
 * HTTP binding 1.0.2, section 3.1.3.2: unquoted, then one round of percent-decoding. Not every SDK encodes, so that bytes
 * beyond ASCII are UTF-8, else Latin-1, and a percent sign that encodes no UTF-8 stands for itself. `value`: as Node gives
 * it, a character a byte.
 */
export function headerValue(value: string): HeaderValue {
  const literal = BEYOND_ASCII.test(value) ? (utf8(Buffer.from(value, "latin1")) ?? value) : value;
  const quoted = literal.length >= 2 && literal.startsWith('"') && literal.endsWith('"');
  const unquoted = quoted ? literal.slice(1, -1).replaceAll(/\\(.)/gu, "$1") : literal;
  return { decoded: unquoted.replaceAll(PERCENT, (run) => utf8(Buffer.from(run.replaceAll("%", ""), "hex")) ?? run), literal };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // it was written by someone who encodes otherwise, or not at all
  }
}
