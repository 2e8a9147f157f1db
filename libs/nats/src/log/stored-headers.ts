import type { Msg, MsgHdrs } from "@nats-io/transport-node";

/** The headers that readers ask for: those of the server, and the message id that no writer of the mesh sets. */
const ASKED_FOR = /Nats-(?:Stream|Subject|Sequence|Msg-Id)/i;
/** What the client surely parses; of anything else it is asked. */
const READABLE = /^[^\r\n]*\r\n(?:[!-9;-~]+:[\t\x20-\xff]*\r\n)*(?:\r\n)?$/;

/** Headers that the client refuses to parse: a name of other characters than ASCII's, a line break in a value. */
export const UNREADABLE = "unreadable";

/**
 * A message's stored headers, or undefined where they name nothing that a reader asks for: parsing them costs more than
 * all other checks of a message.
 */
export function storedHeaders(message: Msg): MsgHdrs | undefined | typeof UNREADABLE {
  const text = headerText(message);
  if (text === "") return undefined;
  return text === undefined || ASKED_FOR.test(text) || !READABLE.test(text) ? parsed(message) : undefined;
}

function parsed(message: Msg): MsgHdrs | undefined | typeof UNREADABLE {
  try {
    return message.headers;
  } catch {
    return UNREADABLE;
  }
}

/** What the server adds to a stored message that it answers with: it follows what is stored, which may bear the same names. */
export function added(message: Msg, name: string): string {
  const headers = parsed(message);
  if (headers !== UNREADABLE) return headers?.values(name).at(-1) ?? "";
  const lines = (headerText(message) ?? "").split("\r\n");
  return (
    lines
      .findLast((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ""
  );
}

/** The server's status, 0 for a message: also for one whose stored headers look like a status, as an answer that was sent onto its subject has. */
export function statusOf(message: Msg): { readonly code: number; readonly description: string } {
  const headers = parsed(message);
  if (headers === undefined || headers === UNREADABLE || headers.code === 0 || headers.has("Nats-Stream"))
    return { code: 0, description: "" };
  return { code: headers.code, description: headers.description };
}

/** The bytes are the client's own (3.4.0); undefined where it does not show them, "" where there are none. */
function headerText(message: Msg): string | undefined {
  const { _msg, _rdata } = message as unknown as { readonly _msg?: { readonly hdr?: unknown }; readonly _rdata?: unknown };
  const length = _msg?.hdr;
  if (typeof length !== "number" || !(_rdata instanceof Uint8Array)) return undefined;
  return length <= 0 ? "" : Buffer.from(_rdata.buffer, _rdata.byteOffset, length).toString("latin1");
}
