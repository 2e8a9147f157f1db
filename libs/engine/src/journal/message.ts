import { buildEnvelope, buildSubject, type Envelope, encodeBody, type Provenance, parseSubject } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { envelopeType, type JournalEvent, parseJournalEvent } from "./events.ts";
import type { RunState } from "./state.ts";
import { dispatchesOf, evolveRun, noteOf } from "./table.ts";

export type { Provenance } from "@armada/contracts";

/** A journal message taken apart. */
export type JournalMessage = {
  readonly n: number;
  readonly does: string;
  readonly events: readonly JournalEvent[];
  readonly envelopes: readonly Envelope[];
};

/** @returns undefined for what is no message of a run's journal (a derived dispatch, another subject, an unknown event). */
export function readJournalMessage(message: Message): JournalMessage | undefined {
  const subject = parseSubject(message.subject);
  if (subject?.kind !== "journal" || subject.branch !== undefined) return undefined;
  const { envelopes } = message;
  const events: JournalEvent[] = [];
  for (const envelope of envelopes) {
    const event = parseJournalEvent(envelope);
    if (event === undefined) return undefined;
    events.push(event);
  }
  return { n: subject.n, does: subject.does, events, envelopes };
}

/** What a run is after a message more. */
export function foldMessage(state: RunState, journal: JournalMessage): void {
  state.length = journal.n;
  const time = journal.envelopes[0]?.time ?? "";
  for (const event of journal.events) evolveRun(state, event, time);
}

/** The subject of a decision. `unanswered`: a replica with the run's version must go on from it. */
export function journalSubject(
  team: string,
  run: string,
  n: number,
  events: readonly JournalEvent[],
  state: RunState,
  unanswered: boolean,
): string {
  const workflow = events.find((event) => event.type === "run.started")?.data ?? state;
  const subject = (does: "do" | "bulk" | "lead" | "wait" | "note" | "park" | "end", route: string): string =>
    buildSubject({ kind: "journal", team, does, route, run, n });
  if (events.some((event) => event.type === "run.ended")) return subject("end", workflow.workflow);
  const first = dispatchesOf(events, state)[0];
  if (first !== undefined) return subject(first.does, first.route);
  if (unanswered) return subject("lead", `${workflow.workflow}-v${workflow.version}`);
  const parked = events.find((event) => event.type === "step.parked");
  if (parked !== undefined) return subject("park", state.steps.get(parked.data.n)?.agent ?? "unknown");
  return subject("note", noteOf(events));
}

/** The body of a decision: its events as CloudEvents. Ids carry `writer`, so that a retry after a lost answer knows its own. */
export function journalBody(
  about: { team: string; run: string; n: number; writer: string; time: string; prev: string | undefined },
  provenance: Provenance,
  events: readonly JournalEvent[],
): { id: string; body: string; envelopes: readonly Envelope[] } {
  const first = `${about.run}-${about.n}-${about.writer}`;
  const { team, run: subject, time, prev } = about;
  const behind = { ...provenance, causation: first };
  const envelopes = events.map(({ type, data }, index) =>
    index === 0
      ? buildEnvelope({ id: first, type: envelopeType(type), subject, time, data, team, prev }, provenance)
      : buildEnvelope({ id: `${first}.${index}`, type: envelopeType(type), subject, time, data, team }, behind),
  );
  return { id: first, body: encodeBody(envelopes), envelopes };
}
