import { ArmadaError } from "@armada/contracts";
import type { Appended } from "@armada/event-sourcing";

const CONFLICT = 10071;
const RIVAL = 10164;
const FULL: ReadonlySet<number> = new Set([10077, 10047, 10023]);
/** Because of the message itself: its size, that of its headers, a schedule that is none. */
const REFUSED: ReadonlySet<number> = new Set([10054, 10097, 10189, 10190]);

type PubAck = {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly err_code: number; readonly description: string };
};

/** An append's outcome from JetStream's answer. */
export function appendedFrom(answer: string): Appended {
  const ack = JSON.parse(answer) as PubAck;
  if (ack.error === undefined) {
    if (ack.duplicate === true)
      throw new ArmadaError("ACK_DUPLICATE", "the stream took the append for a duplicate; nothing of ours carries a message id");
    return ack.seq === undefined ? { kind: "unavailable", reason: "an answer without a sequence" } : { kind: "appended", seq: ack.seq };
  }
  const { err_code, description } = ack.error;
  if (err_code === CONFLICT) {
    const last = /wrong last sequence: (\d+)/.exec(description)?.[1];
    return last === undefined ? { kind: "conflict" } : { kind: "conflict", last: Number(last) };
  }
  if (err_code === RIVAL) return { kind: "conflict" };
  if (REFUSED.has(err_code)) return { kind: "refused", reason: `${err_code} ${description}` };
  return FULL.has(err_code) ? { kind: "full" } : { kind: "unavailable", reason: `${err_code} ${description}` };
}
