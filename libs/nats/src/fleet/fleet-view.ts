import { entryIn, type FleetEntry, parseMessage, signedText, splitSignature } from "@armada/contracts";
import type { MsgHdrs } from "@nats-io/transport-node";
import { serverWrote } from "../log/writer.ts";

type Verify = (text: string, sig: string) => boolean;
/** `unsigned`: no key of administration that is known made its signature. */
export type Taken = { readonly kind: "taken" | "old" } | { readonly kind: "unsigned" } | { readonly kind: "refused"; readonly why: string };

/**
 * What administration has said, by name: the entry of the highest revision. A message counts only where administration's key
 * signed it and it is stored as it was published: what a team has the server put onto these subjects is believed by nobody.
 */
export class FleetView {
  readonly #entries = new Map<string, FleetEntry>();

  get entries(): ReadonlyMap<string, FleetEntry> {
    return this.#entries;
  }

  /** `viaGet`: the server added its own headers to the answer. */
  take(subject: string, body: string, headers: MsgHdrs | undefined, administration: readonly Verify[], viaGet = false): Taken {
    const { why, envelopes } = parseMessage(subject, body);
    if (why !== undefined) return { kind: "refused", why };
    const name = serverWrote(headers, viaGet);
    if (name !== undefined) return { kind: "refused", why: `it carries the server's header ${name}` };
    const [envelope] = envelopes;
    if (envelope === undefined || envelopes.length !== 1) return { kind: "refused", why: "it is no single entry" };
    const signed = splitSignature(body);
    if (signed === undefined) return { kind: "refused", why: "it is not signed" };
    const text = signedText(subject, envelope.id, signed.body);
    if (!administration.some((verify) => verify(text, signed.sig))) return { kind: "unsigned" };
    const entry = entryIn(envelope);
    if (typeof entry === "string") return { kind: "refused", why: entry };
    if (entry.revision <= (this.#entries.get(entry.name)?.revision ?? 0)) return { kind: "old" };
    this.#entries.set(entry.name, entry);
    return { kind: "taken" };
  }
}
