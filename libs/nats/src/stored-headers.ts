import type { Msg, MsgHdrs } from "@nats-io/transport-node";

/** The headers that readers ask for: those of the server, and the message id that no writer of the mesh sets. */
const ASKED_FOR = /Nats-(?:Stream|Subject|Sequence|Msg-Id)/i;

/**
 * A message's stored headers, or undefined where they name nothing that a reader asks for: parsing them costs more than
 * all other checks of a message. The bytes are the client's own (3.4.0); where it does not show them, it parses.
 */
export function storedHeaders(message: Msg): MsgHdrs | undefined {
  const { _msg, _rdata } = message as unknown as { readonly _msg?: { readonly hdr?: unknown }; readonly _rdata?: unknown };
  const length = _msg?.hdr;
  if (typeof length !== "number" || !(_rdata instanceof Uint8Array)) return message.headers;
  if (length <= 0) return undefined;
  return ASKED_FOR.test(Buffer.from(_rdata.buffer, _rdata.byteOffset, length).toString("latin1")) ? message.headers : undefined;
}
