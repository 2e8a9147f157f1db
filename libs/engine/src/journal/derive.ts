import { askMessage, asToken, buildEnvelope, buildSubject, causedBy, type Envelope, encodeBody, runFilter } from "@armada/contracts";
import type { Expectation } from "@armada/event-sourcing";
import { type JournalMessage, journalBody } from "./message.ts";
import type { Sent } from "./rows/row.ts";
import type { RunState } from "./state.ts";
import { dispatchesOf, sentBy, timerOf } from "./table.ts";
import { carriedOf } from "./taken.ts";

/** A message that follows from a journal message: create-once, its id and body a function of the journal alone. */
export type Derived =
  | {
      readonly kind: "append";
      readonly subject: string;
      readonly id: string;
      readonly body: string;
      readonly expect: Expectation;
      readonly traceparent: string | undefined;
    }
  | { readonly kind: "timer"; readonly run: string; readonly n: number; readonly time: number; readonly body: string };

/** Askers whose answers nobody waits for on a stream: they read the run's journal. */
export const READERS: ReadonlySet<string> = new Set(["operator", "gateway"]);

/** Stands behind the branches of a decision, of which there are fewer. */
export const HANDED_OVER = 10_000;

/** What is left of message `message` for a replica that serves the run's version, dispatched to the lead of that version. */
export function handOver(team: string, run: string, message: JournalMessage, { workflow, version }: RunState): Derived[] {
  const head = message.envelopes[0];
  if (head === undefined) return [];
  const route = `${workflow}-v${version}`;
  const subject = buildSubject({ kind: "journal", team, does: "lead", route, run, n: message.n, branch: HANDED_OVER });
  const id = `${head.id}.${route}.dispatch`;
  const dispatched = { id, type: "armada.dispatched", subject: run, time: head.time, data: { n: 0 }, team };
  return [once(subject, buildEnvelope(dispatched, causedBy(head)))];
}

function once(subject: string, event: Envelope): Derived {
  return {
    kind: "append",
    subject,
    id: event.id,
    body: encodeBody([event]),
    expect: { filter: subject, last: 0 },
    traceparent: event.traceparent,
  };
}

/**
 * All that a journal message wants stored beside itself. `state` is the run's, with the message folded; `remembers`: how many of the
 * ids and events that it took its next generation is told of.
 */
export function derive(team: string, run: string, message: JournalMessage, state: RunState, remembers?: number): Derived[] {
  const head = message.envelopes[0];
  const { by } = state;
  if (head === undefined || by === undefined) return [];
  const { time = "" } = head;
  const chain = causedBy(head);
  const make = (type: string, id: string, subject: string, data: unknown, schemaversion = 1): Envelope =>
    buildEnvelope({ id, type, subject, time, data, team, schemaversion }, chain);
  const timer = (n: number, until: string): Derived => ({
    kind: "timer",
    run,
    n,
    time: Date.parse(until),
    body: encodeBody([make("armada.timer.due", `${run}-${n}.due`, `${run}-${n}`, { n })]),
  });
  const ask = (n: number, to: string, capability: string, data: unknown): Derived => {
    const asked = askMessage({ to, from: team, capability, id: `${run}-${n}`, data, time }, { ...chain, hops: chain.hops + 1 });
    return { kind: "append", ...asked, expect: { filter: asked.subject, last: 0 }, traceparent: chain.traceparent };
  };

  const successor = (next: string, input: unknown, restless: number | undefined): Derived => {
    const { workflow, version, source, after, search } = state;
    const carried = carriedOf(state, remembers);
    const subject = buildSubject({ kind: "journal", team, does: "lead", route: `${workflow}-v${version}`, run: next, n: 1 });
    const { id, body } = journalBody({ team, run: next, n: 1, writer: "next", time, prev: undefined }, chain, [
      {
        type: "run.started",
        data: {
          workflow,
          version,
          source,
          input,
          by,
          ...(after === undefined ? {} : { after }),
          ...(search === undefined ? {} : { search }),
          ...(carried === undefined ? {} : { carried }),
          ...(restless === undefined ? {} : { restless }),
        },
      },
    ]);
    const expect = { filter: runFilter(team, next), last: 0 };
    return { kind: "append", subject, id, body, expect, traceparent: head.traceparent };
  };

  const fact = ({ n, type, version, id: about, data }: Extract<Sent, { kind: "fact" }>): Derived => {
    const id = `${run}-${n}`;
    const [, entity = "", name = ""] = type.split(".");
    const subject = buildSubject({ kind: "fact", team, entity, event: name, id: asToken(about), key: asToken(id) });
    return once(subject, make(type, id, about, data, version));
  };

  const end = ({ status, output, failure, next, input, restless }: Extract<Sent, { kind: "end" }>): Derived[] => {
    const made: Derived[] = [];
    if (next !== undefined) made.push(successor(next, input, restless));
    else if (by.kind === "ask" && !READERS.has(by.from)) {
      const [, asker = "", n = "0"] = /^(.*)-(\d+)$/.exec(by.id) ?? [];
      const subject = buildSubject({ kind: "answer", to: by.from, from: team, run: asker, n: Number(n) });
      const done = status === "completed" || status === "degraded";
      const body = done ? { output } : { failure: failure ?? { code: "RUN_CANCELLED", message: `run ${run} of ${team} was cancelled` } };
      made.push(once(subject, make("armada.answered", `${run}.answer`, by.id, body)));
    }
    for (const wait of state.waits.values())
      if (wait.kind === "ask" && wait.open) made.push(ask(wait.n, wait.data.to, "run_cancel", { run: `${run}-${wait.n}` }));
    return made;
  };

  const send = (sent: Sent): Derived[] => {
    switch (sent.kind) {
      case "ask":
        return [ask(sent.n, sent.to, sent.capability, sent.data)];
      case "fact":
        return [fact(sent)];
      case "end":
        return end(sent);
      default:
        return sent satisfies never;
    }
  };

  const derived: Derived[] = dispatchesOf(message.events, state)
    .slice(1)
    .map(({ does, route, call }, index) => {
      const branch = index + 1;
      const subject = buildSubject({ kind: "journal", team, does, route, run, n: message.n, branch });
      return once(subject, make("armada.dispatched", `${head.id}.${branch}.dispatch`, run, { n: call }));
    });
  for (const event of message.events) {
    const sent = sentBy(event);
    if (sent !== undefined) derived.push(...send(sent));
    const until = timerOf(event);
    if (until !== undefined && "n" in event.data) derived.push(timer(event.data.n, until));
  }
  return derived;
}
