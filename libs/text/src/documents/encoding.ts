import { ArmadaError } from "@armada/contracts";

/**
 * A file's text: by its byte order mark, else by the character set of its media type, else by what the page says of itself, else
 * UTF-8; bytes that are not UTF-8 and look like text are read as Windows-1252, as browsers do.
 * @throws ArmadaError `UNREADABLE_DOCUMENT`
 */
export function decode(bytes: Uint8Array, type: string | undefined, isPage: boolean): string {
  const label = byMark(bytes) ?? charsetOf(type) ?? (isPage ? declared(bytes) : undefined);
  const text = decoded(bytes, label) ?? decoded(bytes, "utf-8") ?? (looksLikeText(bytes) ? decoded(bytes, "windows-1252") : undefined);
  if (text === undefined) throw new ArmadaError("UNREADABLE_DOCUMENT", "it is not UTF-8 text");
  return evened(text);
}

/** One kind of line end and one form of accents. @throws ArmadaError `UNREADABLE_DOCUMENT` */
export function evened(text: string): string {
  if (text.includes("\u0000")) throw new ArmadaError("UNREADABLE_DOCUMENT", "it is not UTF-8 text");
  return text
    .replace(/^\uFEFF/u, "")
    .replaceAll(/\r\n?/gu, "\n")
    .normalize("NFC");
}

function byMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : undefined;
}

function charsetOf(type: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s;"]+)/iu.exec(type ?? "")?.[1];
}

/** In the first 1,024 bytes, as the standard says; a page that can be read so far is not UTF-16. */
function declared(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1_024));
  const label =
    /<meta[^>]+charset\s*=\s*["']?\s*([^\s"'/>;]+)/iu.exec(head)?.[1] ?? /<\?xml[^>]+encoding\s*=\s*["']([^"']+)/iu.exec(head)?.[1];
  return label !== undefined && /^utf-?16/iu.test(label) ? "utf-8" : label;
}

function decoded(bytes: Uint8Array, label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    // An unknown label, or bytes that are none of its characters: the next guess is asked.
    return undefined;
  }
}

function looksLikeText(bytes: Uint8Array): boolean {
  return !bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b);
}
