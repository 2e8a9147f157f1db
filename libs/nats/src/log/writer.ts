import { decodeBody, type Envelope, parseMessage, signedText, splitSignature, withSignature } from "@armada/contracts";
import type { MsgHdrs } from "@nats-io/transport-node";
import type { KeyRing } from "../identity/key-ring.ts";
import { signer } from "../identity/nkey.ts";

/** Headers that only the server writes, on what it answers or copies; stored, they are the mark of a forgery. */
const SERVER_HEADERS: ReadonlySet<string> = new Set(["Nats-Stream", "Nats-Subject", "Nats-Sequence"]);
const SOURCE = "Nats-Stream-Source";

export type Reading =
  | { readonly kind: "legal"; readonly envelopes: readonly Envelope[]; readonly origin?: { readonly stream: string; readonly seq: number } }
  | { readonly kind: "forged"; readonly why: string }
  /** Not to be told yet: the key of team `of` is missing, or may have changed. */
  | { readonly kind: "unknown"; readonly of: string };

/**
 * "Who wrote it" (docs/engine.md): takes a message only if its envelope agrees with its subject, its stored headers are a
 * writer's, and, where it crossed teams, its signature holds. `viaGet`: the server added its own headers to the answer.
 * `ofAccount`: an ask or answer could be published there by nobody but whom its subject names, so its signature is not looked at.
 */
export class Reader {
  readonly #team: string;
  readonly #keys: KeyRing;

  constructor(team: string, keys: KeyRing) {
    this.#team = team;
    this.#keys = keys;
  }

  read(subject: string, body: string, headers: MsgHdrs | undefined, viaGet: boolean, ofAccount = false): Reading {
    const message = parseMessage(subject, body);
    if (message.why !== undefined && message.subject === undefined) return forged(message.why);
    const names = headers === undefined ? [] : headers.keys();
    const name = serverWrote(headers, viaGet);
    if (name !== undefined) return forged(`it carries the server's header ${name}`);
    if (headers?.has("Nats-Msg-Id") === true) return forged("it carries a message id, which no writer of the mesh sets");
    if (message.why !== undefined) return forged(message.why);
    const { subject: parsed, envelopes } = message;
    const last = envelopes.at(-1);
    if (last === undefined) return forged("its body is no CloudEvent");
    const origin = names.includes(SOURCE) ? originOf(headers) : undefined;
    const writer = last.team;
    if (writer === this.#team) return { kind: "legal", envelopes, ...(origin === undefined ? {} : { origin }) };
    if (parsed.kind === "fact" && origin?.stream !== `TEAM_${writer}`)
      return forged(`a fact of ${writer} that did not come from its stream`);
    if (parsed.kind !== "fact" && parsed.kind !== "ask" && parsed.kind !== "answer")
      return forged(`team ${writer} may not write ${parsed.kind} here`);
    if (ofAccount && parsed.kind !== "fact" && origin === undefined) return { kind: "legal", envelopes };
    const signed = splitSignature(body);
    if (signed === undefined) return forged("it is not signed");
    const verify = this.#keys.verifierOf(writer);
    if (verify === undefined) return { kind: "unknown", of: writer };
    if (!verify(signedText(subject, last.id, signed.body), signed.sig))
      return this.#keys.fresh ? forged(`its signature is not ${writer}'s`) : { kind: "unknown", of: writer };
    return { kind: "legal", envelopes, ...(origin === undefined ? {} : { origin }) };
  }
}

/** The stored header that only the server writes, where there is one: the message is an answer of the server's that was sent here. */
export function serverWrote(headers: MsgHdrs | undefined, viaGet: boolean): string | undefined {
  return headers?.keys().find((name) => SERVER_HEADERS.has(name) && headers.values(name).length > (viaGet ? 1 : 0));
}

function forged(why: string): Reading {
  return { kind: "forged", why };
}

/** `Nats-Stream-Source`: stream, sequence, filter, destination and subject, apart by spaces. */
function originOf(headers: MsgHdrs | undefined): { stream: string; seq: number } | undefined {
  const source = headers?.get(SOURCE);
  if (source === undefined || source === "") return undefined;
  const [stream = "", seq = "0"] = source.split(" ");
  return { stream: stream.split(":")[0] ?? stream, seq: Number(seq) };
}

/** Signs what crosses teams: facts, asks and answers. Journals stay inside and are not signed. */
export class Signer {
  readonly #sign: (text: string) => string;

  constructor(seed: string) {
    this.#sign = signer(seed);
  }

  sign(subject: string, body: string): string {
    if (subject.startsWith("run.") || !/^(evt|ask|ans)\./.test(subject)) return body;
    const id = decodeBody(body)?.at(-1)?.id ?? "";
    return withSignature(body, this.#sign(signedText(subject, id, body)));
  }
}
