import { ArmadaError, arrivalOf, eventKey, parseSubject, runFilter, type TeamManifest } from "@armada/contracts";
import { formerId, runIdOf, startedBy } from "@armada/engine";
import { readJournalMessage, readRun, viewOf } from "@armada/engine/reading";
import { loadWhole, type Message, type WholeReads } from "@armada/event-sourcing";

/** A team, and the events that start its workflows, as its manifest says. */
export type Listener = { readonly name: string; readonly subscriptions: TeamManifest["subscriptions"] };

/**
 * `approval`: what a run asked people. `wait`: the event that it waited for. `at`: ISO-8601 UTC; empty where the log does not tell.
 * `by`: who answered an approval, and the event that a wait took, as `of` takes it.
 */
export type TraceNode = {
  readonly kind: "event" | "run" | "step" | "ask" | "approval" | "wait";
  readonly id: string;
  readonly team: string;
  readonly what: string;
  readonly at: string;
  readonly status?: string | undefined;
  readonly by?: string | undefined;
  readonly children: readonly TraceNode[];
};

/** `missing`: the teams whose streams could not be read, so that what they did is not in the tree. */
export type Trace = {
  readonly root: TraceNode;
  readonly correlation: string;
  readonly messagesRead: number;
  readonly missing: readonly string[];
};

const AWAY: ReadonlySet<string> = new Set(["STREAM_MISSING", "LOG_UNAVAILABLE"]);

/**
 * The causal tree around a run or an event, from the log alone. Ids are derived, so nothing is scanned: from an event,
 * the runs that the subscribed teams start of it; from an ask, the run of its id; from a run, its asks and facts.
 */
export class CausalTree {
  readonly #teams: readonly Listener[];
  readonly #log: (team: string) => WholeReads;
  #read = 0;
  readonly #missing = new Map<string, ArmadaError>();

  constructor(teams: readonly Listener[], log: (team: string) => WholeReads) {
    this.#teams = teams;
    this.#log = log;
  }

  /** @throws ArmadaError `NO_SUCH_ID`; why a stream could not be read, where nothing of the id was found in the others */
  async of(id: string): Promise<Trace> {
    for (const { name } of this.#teams) {
      const journal = await this.#journal(name, id);
      const first = journal[0]?.envelopes[0];
      if (first !== undefined) return this.#trace(await this.#rootOfRun(name, id, journal), first.correlationid);
      const fact = await this.#fact(name, id);
      const envelope = fact?.envelopes.find((one) => eventKey(one) === id);
      if (fact !== undefined && envelope !== undefined) return this.#trace(await this.#rootOfFact(name, fact), envelope.correlationid);
    }
    const [away] = this.#missing.values();
    if (away !== undefined) throw away;
    throw new ArmadaError("NO_SUCH_ID", `no team has a run or an event ${id}`, { hint: "see `armada runs list` and `armada events list`" });
  }

  #trace(root: TraceNode, correlation: string): Trace {
    return { root, correlation, messagesRead: this.#read, missing: [...this.#missing.keys()].sort() };
  }

  /** Climbs to what caused the run, as far as the log tells, and comes down from there. */
  async #rootOfRun(team: string, run: string, journal: readonly Message[]): Promise<TraceNode> {
    const by = readRun(journal).by;
    if (by?.kind === "ask") {
      const asker = /^(.*)-\d+$/.exec(by.id)?.[1];
      const above = asker === undefined || !this.#teams.some((one) => one.name === by.from) ? [] : await this.#journal(by.from, asker);
      if (asker !== undefined && above.length > 0) return this.#rootOfRun(by.from, asker, above);
    }
    if (by?.kind === "event") {
      const fact = await this.#fact(by.from, by.id);
      if (fact !== undefined) return this.#rootOfFact(by.from, fact);
    }
    const began = await this.#run(team, run, journal);
    if (by?.kind !== "schedule") return began;
    const [name, planned = ""] = by.id.split(" ");
    return { kind: "event", id: by.id, team, what: `schedule ${name}`, at: planned, children: [began] };
  }

  async #rootOfFact(team: string, fact: Message): Promise<TraceNode> {
    const emitter = /^(.*)-\d+$/.exec(fact.envelopes[0] === undefined ? "" : eventKey(fact.envelopes[0]))?.[1];
    const journal = emitter === undefined ? [] : await this.#journal(team, emitter);
    if (emitter !== undefined && journal.length > 0) return this.#rootOfRun(team, emitter, journal);
    return this.#event(team, fact);
  }

  async #event(team: string, fact: Message): Promise<TraceNode> {
    const envelope = fact.envelopes[0];
    const id = envelope === undefined ? "" : eventKey(envelope);
    const children: TraceNode[] = [];
    for (const other of this.#teams)
      for (const subscription of other.subscriptions) {
        if (subscription.type !== envelope?.type) continue;
        const begun = await this.#begun(other.name, startedBy(subscription.name, id));
        if (begun.journal.length > 0) children.push(await this.#run(other.name, begun.run, begun.journal));
      }
    return {
      kind: "event",
      id,
      team,
      what: `${envelope?.type ?? ""} ${envelope?.subject ?? ""}`.trim(),
      at: envelope === undefined ? "" : arrivalOf(envelope),
      children,
    };
  }

  async #run(team: string, run: string, journal: readonly Message[]): Promise<TraceNode> {
    const state = readRun(journal);
    const view = viewOf(team, run, state);
    const children: TraceNode[] = view.steps.map((step) => ({
      kind: "step",
      id: `${run}-${step.n}`,
      team,
      what: step.agent,
      at: state.steps.get(step.n)?.requestedAt ?? "",
      status: step.degraded === undefined ? step.status : "degraded",
      children: [],
    }));
    for (const { n, question, askedAt, status, by } of view.approvals ?? [])
      children.push({ kind: "approval", id: `${run}-${n}`, team, what: question, at: askedAt, status, by, children: [] });
    for (const { n, kind, what, askedAt, status, event } of view.calls ?? [])
      if (kind === "event") children.push({ kind: "wait", id: `${run}-${n}`, team, what, at: askedAt, status, by: event, children: [] });
    for (const message of journal)
      for (const event of readJournalMessage(message)?.events ?? []) {
        if (event.type === "fact.emitted") {
          const fact = await this.#fact(team, `${run}-${event.data.n}`);
          if (fact !== undefined) children.push(await this.#event(team, fact));
        } else if (event.type === "ask.sent") children.push(await this.#ask(team, run, event.data, message));
        else if (event.type === "run.ended" && event.data.next !== undefined)
          children.push(await this.#run(team, event.data.next, await this.#journal(team, event.data.next)));
      }
    children.sort((a, b) => a.at.localeCompare(b.at));
    return { kind: "run", id: run, team, what: `${state.workflow} v${state.version}`, at: state.startedAt, status: view.status, children };
  }

  async #ask(team: string, run: string, data: { n: number; to: string; capability: string }, message: Message): Promise<TraceNode> {
    const asked = runIdOf(`${run}-${data.n}`);
    const known = this.#teams.some((one) => one.name === data.to);
    const { run: id, journal } = known ? await this.#begun(data.to, asked) : { run: asked, journal: [] };
    const children = journal.length === 0 ? [] : [await this.#run(data.to, id, journal)];
    return { kind: "ask", id, team, what: `${data.to}.${data.capability}`, at: message.envelopes[0]?.time ?? "", children };
  }

  /** A run that is derived, with its journal; under the id of a build before, where it has one. */
  async #begun(team: string, run: string): Promise<{ readonly run: string; readonly journal: readonly Message[] }> {
    const journal = await this.#journal(team, run);
    const former = formerId(run);
    return journal.length > 0 || former === undefined ? { run, journal } : { run: former, journal: await this.#journal(team, former) };
  }

  async #journal(team: string, run: string): Promise<readonly Message[]> {
    return this.#load(team, runFilter(team, run));
  }

  /** Facts end in a key that their id gives: `<run>-<n>`, or at the gateway the hash of source and id. */
  async #fact(team: string, id: string): Promise<Message | undefined> {
    const [found] = await this.#load(team, `evt.${team}.*.*.*.${id}`);
    return found;
  }

  async #load(team: string, filter: string): Promise<readonly Message[]> {
    if (parseSubject(`evt.${team}.a.b.c.d`) === undefined || /[\s>]/.test(filter)) return [];
    if (this.#missing.has(team)) return [];
    try {
      const { messages } = await loadWhole(this.#log(team), [filter]);
      this.#read += messages.length;
      return messages;
    } catch (error) {
      if (!(error instanceof ArmadaError && AWAY.has(error.code))) throw error;
      this.#missing.set(team, error);
      return [];
    }
  }
}
