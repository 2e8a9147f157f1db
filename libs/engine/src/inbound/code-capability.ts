import { buildEnvelope, buildSubject, type Capability, causedBy, type Envelope, encodeBody } from "@armada/contracts";
import { appendSole, type Handled, type Settled } from "@armada/event-sourcing";
import type { z } from "zod";
import { fitting } from "../journal/fitting.ts";
import type { RunStore } from "../runs/run-store.ts";

/** A capability that code answers without a run. */
export type CodeCapability = {
  readonly capability: string;
  readonly input: z.ZodType;
  answer(input: unknown, from: string, signal: AbortSignal): Promise<unknown>;
};

/**
 * Serves a capability by code that keeps its own state in the team's stream. An ask may come again, so the same ask must be
 * answered as before; one that could not be answered comes again. `from`: the asking team, which has signed for it.
 */
export function answeredByCode<I, O>(
  { capability, input }: Capability<I, O>,
  answer: (input: I, from: string, signal: AbortSignal) => Promise<O>,
): CodeCapability {
  return { capability, input, answer: (given, from, signal) => answer(given as I, from, signal) };
}

const AGAIN_MS = 1_000;
const ASKED_BY = /^(.+)-([1-9]\d{0,8})$/;

/** Answers an ask of another team once; input that does not fit is answered with the failure that a run would have. */
export async function answerByCode(
  { team, ports }: Pick<RunStore, "team" | "ports">,
  served: CodeCapability,
  ask: { readonly from: string; readonly id: string; readonly input: unknown; readonly envelope: Envelope },
  signal: AbortSignal,
): Promise<Handled> {
  const { from, id, input, envelope } = ask;
  const [, run, n] = ASKED_BY.exec(id) ?? [];
  if (run === undefined) return { kind: "done" }; // nobody would find its answer
  const parsed = fitting(served.input, input);
  const data = parsed.success
    ? { output: await served.answer(parsed.data, from, signal) }
    : { failure: { code: "INPUT_INVALID", message: `the input of ${served.capability} does not fit: ${parsed.message}` } };
  const subject = buildSubject({ kind: "answer", to: from, from: team.name, run, n: Number(n) });
  const time = new Date(ports.clock.now()).toISOString();
  const about = { id: `${id}.answer`, type: "armada.answered", subject: id, time, data, team: team.name };
  const answered = buildEnvelope(about, causedBy(envelope));
  // Nobody else may answer for this team; an ask that is not answered for certain comes again.
  const put = (envelope: Envelope): Promise<Settled> =>
    appendSole(ports, { subject, body: encodeBody([envelope]) }, { signal, patience: 0 });
  let settled = await put(answered);
  if (settled.kind === "refused")
    settled = await put({
      ...answered,
      data: { failure: { code: "LOG_REFUSED", message: `the answer is never stored: ${settled.reason}` } },
    });
  return settled.kind === "stored" ? { kind: "done" } : { kind: "retry", after: AGAIN_MS };
}
