import { answer } from "@armada/engine/execution/answer";
import { coldRun, type Functions, replay } from "@armada/engine/execution/cached-run";
import type { JournalEvent } from "@armada/engine/journal/events";
import { foldMessage } from "@armada/engine/journal/message";
import { isProgress, isRequest } from "@armada/engine/journal/table";
import type { Journal } from "./journals.ts";

/** What a workflow's function says, and not what happens to it. A `run.ended` after `cancel.requested` happens to it. */
function isSaid(event: JournalEvent): boolean {
  return isRequest(event) || event.type === "run.ended";
}

/**
 * Runs the workflow against its journal, from nothing: where it does not say again what the journal holds, why. What a
 * replica wrote without the run's version is folded and fed, as that version's replica does: it answers in a later message.
 */
export async function regenerated(journal: Journal, functions: Functions): Promise<string | undefined> {
  const run = coldRun(journal.run);
  for (const [index, read] of journal.read.entries()) {
    const { events } = read;
    const head = read.envelopes[0];
    const causes = events.slice(0, causesOf(events));
    const silent = read.does === "lead" || causes.some(({ type }) => type === "cancel.requested") || onlyProgress(events);
    const provenance = { correlation: head?.correlationid ?? "", causation: head?.id ?? "", hops: 0, traceparent: undefined };
    const said = silent ? causes : (await answer(run, { events: causes, provenance }, functions, Date.parse(head?.time ?? ""))).events;
    const end = said.findIndex(({ type }) => type === "run.ended");
    const expected = end < 0 ? said : said.slice(0, end + 1); // what a function says behind its own end is not written
    const [was, is] = [await plain(events, functions), await plain(expected, functions)];
    if (was !== is)
      return `message ${read.n} of run ${journal.run} of ${journal.team} is not said again:\n  journal: ${was}\n  again:   ${is}`;
    if (silent) await replay(run, journal.messages.slice(index, index + 1), functions);
    else foldMessage(run.state, read);
    if (run.state.ended !== undefined) run.execution = undefined;
  }
  return undefined;
}

/** Of a step whose outcome is out: the function says nothing to it, and what it has yet to say stays unsaid. */
function onlyProgress(events: readonly JournalEvent[]): boolean {
  return events.every(isProgress) && events.length > 0;
}

function causesOf(events: readonly JournalEvent[]): number {
  if (events.some((event) => event.type === "cancel.requested") || failedStart(events)) return events.length;
  const first = events.findIndex(isSaid);
  return first < 0 ? events.length : first;
}

/** A start that was refused ends in the same message, before any function. */
function failedStart(events: readonly JournalEvent[]): boolean {
  const [started, ended] = events;
  return started?.type === "run.started" && started.data.version === 0 && ended?.type === "run.ended";
}

async function plain(events: readonly JournalEvent[], { payloads }: Functions): Promise<string> {
  const resolved = await Promise.all(events.map((event) => payloads.resolveEvent(event)));
  return canonical(resolved.map(({ type, data }) => ({ type, data: { ...data, context: undefined } })));
}

export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
