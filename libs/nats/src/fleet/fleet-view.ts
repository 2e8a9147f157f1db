import { entryIn, type FleetEntry, type Isolation, isolationIn, parseMessage, signedText, splitSignature } from "@armada/contracts";
import type { MsgHdrs } from "@nats-io/transport-node";
import { serverWrote } from "../log/writer.ts";

type Verify = (text: string, sig: string) => boolean;
/** `unsigned`: no key of administration that is known made its signature. */
export type Taken = { readonly kind: "taken" | "old" } | { readonly kind: "unsigned" } | { readonly kind: "refused"; readonly why: string };

/**
 * What administration has said, by name: the entry, or isolation, of the highest revision. A message counts only where administration's key
 * signed it and it is stored as it was published: what a team has the server put onto these subjects is believed by nobody.
 */
export class FleetView {
  readonly #entries = new Map<string, FleetEntry>();
  readonly #isolations = new Map<string, Isolation>();

  get entries(): ReadonlyMap<string, FleetEntry> {
    return this.#entries;
  }

  /** What is said of each isolation, by its prefix. */
  get isolations(): ReadonlyMap<string, Isolation> {
    return this.#isolations;
  }

  /** `viaGet`: the server added its own headers to the answer. */
  take(subject: string, body: string, headers: MsgHdrs | undefined, administration: readonly Verify[], viaGet = false): Taken {
    const { why, envelopes, subject: about } = parseMessage(subject, body);
    if (why !== undefined) return { kind: "refused", why };
    const name = serverWrote(headers, viaGet);
    if (name !== undefined) return { kind: "refused", why: `it carries the server's header ${name}` };
    const [envelope] = envelopes;
    if (envelope === undefined || envelopes.length !== 1) return { kind: "refused", why: "it is no single entry" };
    const signed = splitSignature(body);
    if (signed === undefined) return { kind: "refused", why: "it is not signed" };
    const text = signedText(subject, envelope.id, signed.body);
    if (!administration.some((verify) => verify(text, signed.sig))) return { kind: "unsigned" };
    if (about.kind === "isolation") return known(this.#isolations, about.prefix, isolationIn(envelope));
    return known(this.#entries, envelope.subject ?? "", entryIn(envelope));
  }
}

/** Of each name that of the highest revision is known. */
function known<T extends { readonly revision: number }>(all: Map<string, T>, name: string, said: T | string): Taken {
  if (typeof said === "string") return { kind: "refused", why: said };
  if (said.revision <= (all.get(name)?.revision ?? 0)) return { kind: "old" };
  all.set(name, said);
  return { kind: "taken" };
}
