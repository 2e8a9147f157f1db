import { type AnyEventKind, ArmadaError, asToken, type Envelope, parseSubject } from "@armada/contracts";
import type { Delivery, Handled, Message } from "@armada/event-sourcing";
import { z } from "zod";
import type { Fact, Subscription, Workflow } from "../define.ts";
import { clearing } from "./clearing.ts";
import { control } from "./controls.ts";
import { answerDirectly, type Direct } from "./direct.ts";
import type { Traced } from "./guard.ts";
import type { Inlines } from "./inlines.ts";
import { envelopeType, type Failure, type JournalEvent } from "./journal-events.ts";
import { waitRoute } from "./journal-message.ts";
import { release } from "./off-peak.ts";
import type { Payloads } from "./payloads.ts";
import { persistently } from "./persistently.ts";
import { factFilter, subscriptionName } from "./queues.ts";
import type { RunHost } from "./run-host.ts";
import type { RunState } from "./run-state.ts";
import { newest, runIdOf, start, startedBy } from "./starts.ts";

const DONE: Handled = { kind: "done" };
// A key whose value is undefined is not in JSON, and zod wants a key of an unknown value to be there.
const Value = z.unknown().optional();
const Asked = z.object({ input: Value, until: z.string().optional(), workflow: z.string().optional() });
const Answered = z.object({ output: Value, failure: Value });

/** Brings what arrives on a team's stream into the journals of its runs: nothing means anything to a run before that (ENGINE rule 1). */
export class Intake {
  readonly #host: RunHost;
  readonly #inlines: Inlines;
  readonly #sourceOf: (workflow: Workflow) => string;
  readonly #directs: readonly Direct[];
  readonly #signal: AbortSignal;

  constructor(host: RunHost, inlines: Inlines, sourceOf: (workflow: Workflow) => string, directs: readonly Direct[], signal: AbortSignal) {
    this.#host = host;
    this.#inlines = inlines;
    this.#sourceOf = sourceOf;
    this.#directs = directs;
    this.#signal = signal;
  }

  /** A start, or an outcome that this replica's version must go on from. */
  async lead(delivery: Delivery): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    if (subject?.kind !== "journal") return DONE;
    const { run } = await this.#host.commit(subject.run, delivery.seq, ({ state, fault }) =>
      state.exists && state.ended === undefined && (state.stopped === undefined || fault !== undefined) ? { events: [] } : undefined,
    );
    if (delivery.delivery > 1) await this.#host.derive(subject.run, subject.n, delivery.seq);
    if (run.state.ended !== undefined) return DONE;
    const resumed = delivery.envelopes.some(({ type }) => type === envelopeType("run.resumed") || type === envelopeType("run.moved"));
    return this.#inlines.run(subject.run, subject.n, delivery.delivery, this.#signal, resumed ? 1 : subject.n);
  }

  async ask(delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    const envelope = delivery.envelopes[0];
    if (subject?.kind !== "ask" || envelope === undefined) return DONE;
    const { from, capability, id } = subject;
    if (capability.startsWith("run_") && capability !== "run_start")
      return control(
        this.#host,
        this.#inlines,
        { capability, from, data: envelope.data, seq: delivery.seq, delivery: delivery.delivery, id: envelope.id },
        this.#signal,
      );
    if (capability === "ledger_clear") return clearing(this.#host, { from, data: envelope.data }, this.#signal);
    const data = Asked.safeParse(envelope.data);
    if (!data.success) return DONE; // the adapter counts what does not fit its schema; nothing could be answered
    const direct = this.#directs.find((one) => one.capability === capability);
    if (direct !== undefined) return answerDirectly(this.#host, direct, { from, id, input: data.data.input, envelope }, this.#signal);
    const { team } = this.#host;
    const provided = team.provides.find((p) => p.capability.capability === capability)?.workflow;
    const asked = capability === "run_start" ? (data.data.workflow ?? "") : (provided?.name ?? capability);
    const workflow = capability === "run_start" || provided !== undefined ? newest(team.workflows, asked) : undefined;
    const { seq, delivery: times } = delivery;
    return start(
      this.#host,
      this.#inlines,
      this.#sourceOf,
      {
        run: runIdOf(id),
        workflow,
        asked,
        input: data.data.input,
        by: { kind: "ask", from, id },
        provenance: provenanceOf(envelope, delivery.traceparent),
        seq,
        delivery: times,
      },
      this.#signal,
    );
  }

  async answer(delivery: Delivery): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    const envelope = delivery.envelopes[0];
    if (subject?.kind !== "answer" || envelope === undefined) return DONE;
    const data = Answered.safeParse(envelope.data);
    if (!data.success) return DONE;
    const { run: id, n, from } = subject;
    const failure = data.data.failure as Failure | undefined;
    return this.#outcome(id, n, delivery, (state) => {
      const wait = state.waits.get(n);
      if (wait?.kind !== "ask" || !wait.open || wait.data.to !== from) return undefined;
      return { type: "ask.answered", data: { n, from, ...(failure === undefined ? { output: data.data.output ?? null } : { failure }) } };
    });
  }

  async tick(delivery: Delivery): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    if (subject?.kind !== "tick") return DONE;
    const { run: id, n } = subject;
    const released = await release(this.#host, id, n, delivery.seq);
    if (released !== undefined) return released;
    return this.#outcome(id, n, delivery, (state) =>
      state.waits.get(n)?.open === true ? { type: "timer.fired", data: { n } } : undefined,
    );
  }

  async trigger(subscription: Subscription, since: number, delivery: Traced): Promise<Handled> {
    const read = await factOf(delivery, subscription.on, this.#host.functions.payloads);
    if (read === undefined) return DONE;
    const { fact, envelope } = read;
    const from = subscription.from === "now" ? since : subscription.from === "beginning" ? 0 : Date.parse(subscription.from.time);
    if (Date.parse(fact.time) < from) return DONE;
    const input = subscription.input(fact);
    if (input === undefined) return DONE;
    const name = subscriptionName(subscription);
    const { workflow } = subscription;
    return start(
      this.#host,
      this.#inlines,
      this.#sourceOf,
      {
        run: startedBy(name, fact.id),
        workflow: newest(this.#host.team.workflows, workflow.name),
        asked: workflow.name,
        input,
        by: { kind: "event", from: fact.team, id: fact.id },
        provenance: { ...provenanceOf(envelope, delivery.traceparent), hops: envelope.hops + 1 },
        seq: delivery.seq,
        delivery: delivery.delivery,
      },
      this.#signal,
    );
  }

  /** An arrived event looks for the waits on its id; a wait looks back over the events: one of them finds the other (ENGINE rule 10). */
  async meet(kind: AnyEventKind, delivery: Delivery): Promise<Handled> {
    const read = await factOf(delivery, kind, this.#host.functions.payloads);
    const subject = parseSubject(delivery.subject);
    if (read === undefined || subject?.kind !== "fact") return DONE;
    const { fact } = read;
    const route = waitRoute(kind.type, subject.id);
    const { log } = this.#host.ports;
    const found: Message[] = [];
    for (const tail of ["*.*", "*.*.*"]) {
      const loaded = await persistently("look for waits", this.#host.ports, () =>
        log.load(`run.${this.#host.team.name}.wait.${route}.${tail}`, delivery.seq),
      );
      if (loaded.kind === "too_many") throw new ArmadaError("TOO_MANY_WAITS", `more than 1,000 waits for ${kind.type} ${subject.id}`);
      found.push(...loaded.messages);
    }
    const runs = new Set(
      found.flatMap((message) => {
        const wait = parseSubject(message.subject);
        return wait?.kind === "journal" ? [wait.run] : [];
      }),
    );
    let handled = DONE;
    for (const id of runs) {
      await this.lookBack(id, delivery.seq); // an earlier event may be on its way here behind this one: the first counts
      const met = await this.#met(id, kind, subject.id, fact, delivery);
      if (met.kind === "retry") handled = met;
    }
    return handled;
  }

  /** The look back of a wait, after its own write. */
  async lookBack(id: string, ordinalSeq: number): Promise<void> {
    const open = await this.#host.read(id, ordinalSeq, ({ state }) =>
      [...state.waits.values()].flatMap((wait) =>
        wait.kind === "wait" && wait.open ? [{ wait, since: wait.data.since || state.startedAt }] : [],
      ),
    );
    for (const { wait, since } of open) {
      const kind = this.#host.team.awaits.find((awaited) => awaited.type === wait.data.type);
      if (kind === undefined) continue;
      const token = asToken(wait.data.id);
      const { log } = this.#host.ports;
      const loaded = await persistently("look back", this.#host.ports, () => log.load(factFilter(kind, token), ordinalSeq));
      if (loaded.kind === "too_many") continue; // the live side still finds what comes
      for (const message of loaded.messages) {
        const read = await factOf(message, kind, this.#host.functions.payloads);
        if (read === undefined || Date.parse(read.fact.time) < Date.parse(since)) continue;
        await this.#met(id, kind, token, read.fact, { ...message, delivery: 2, outage: false });
        break;
      }
    }
  }

  async #met(id: string, kind: AnyEventKind, token: string, fact: Fact, delivery: Delivery): Promise<Handled> {
    const n = await this.#host.read(id, delivery.seq, ({ state }) =>
      [...state.waits.values()]
        .filter((wait) => wait.kind === "wait" && wait.data.type === kind.type && asToken(wait.data.id) === token)
        .filter((wait) => wait.kind === "wait" && Date.parse(fact.time) >= Date.parse(wait.data.since || state.startedAt))
        .map((wait) => wait.n),
    );
    let handled = DONE;
    for (const call of n) {
      const met = await this.#outcome(id, call, delivery, (state) =>
        state.waits.get(call)?.open === true ? { type: "wait.met", data: { n: call, event: fact.id, data: fact.data } } : undefined,
      );
      if (met.kind === "retry") handled = met;
    }
    return handled;
  }

  async #outcome(id: string, n: number, delivery: Delivery, decide: (state: RunState) => JournalEvent | undefined): Promise<Handled> {
    const { run, ordinal } = await this.#host.commit(id, delivery.seq, ({ state }) => {
      const event = state.exists && state.ended === undefined ? decide(state) : undefined;
      return event === undefined ? undefined : { events: [event] };
    });
    const root = ordinal ?? run.state.waits.get(n)?.closedAt ?? 0;
    if (ordinal === undefined && root > 0 && delivery.delivery > 1) await this.#host.derive(id, root, delivery.seq);
    return root > 0 && run.state.ended === undefined ? this.#inlines.run(id, root, delivery.delivery, this.#signal) : DONE;
  }
}

function provenanceOf(
  envelope: Envelope,
  traceparent: string | undefined,
): { correlation: string; causation: string; hops: number; traceparent: string | undefined } {
  return { correlation: envelope.correlationid, causation: envelope.id, hops: envelope.hops, traceparent };
}

/** A fact, upcast and checked; undefined for what does not fit its declared data. */
export async function factOf(
  message: Message,
  kind: AnyEventKind,
  payloads: Pick<Payloads, "resolve">,
): Promise<{ fact: Fact; envelope: Envelope } | undefined> {
  const envelope = message.envelopes.find((event) => event.type === kind.type);
  if (envelope === undefined) return undefined;
  let data = await payloads.resolve(envelope.data);
  for (let version = envelope.schemaversion; version < kind.version; version++) data = kind.upcasts[version]?.(data) ?? data;
  const parsed = kind.data.safeParse(data);
  if (!parsed.success) return undefined;
  const { id, type, subject = "", time, team } = envelope;
  return { fact: { data: parsed.data, id, type, subject, time, team }, envelope };
}
