import type { Team } from "@armada/agents";
import { ArmadaError, digestOf, Refusal, runFilter, withoutSecrets } from "@armada/contracts";
import { appendJudged, attributes, type Message, metrics, type Outgoing, type Ports, spans } from "@armada/event-sourcing";
import { answer, type Decision, JOURNAL_WARNING, stop } from "../execution/answer.ts";
import { type CachedRun, coldRun, type Functions, lacksFunction, provenanceOf, replay } from "../execution/cached-run.ts";
import { withinLists } from "../execution/within-lists.ts";
import { type Derived, derive } from "../journal/derive.ts";
import type { JournalEvent } from "../journal/events.ts";
import { cut, messageOf } from "../journal/failure.ts";
import { journalForm } from "../journal/form.ts";
import { foldMessage, type JournalMessage, journalBody, journalSubject, readJournalMessage } from "../journal/message.ts";
import { Payloads } from "../journal/payloads.ts";
import { initialRun } from "../journal/state.ts";
import { putNewest } from "./bounded-map.ts";
import { CommitQueue } from "./commit-queue.ts";
import { holdsDecision, Journals } from "./journals.ts";
import { type Committed, type Decide, type Member, merge, type Told } from "./merge.ts";
import { persistent } from "./persistent-objects.ts";
import { stackOf } from "./stack.ts";
import { store } from "./store-derived.ts";

/** `lookBack` searches the facts that came before a wait was written (engine rule 10). */
export type RunStoreHooks = {
  contextOf(agent: string): Readonly<Record<string, unknown>> | undefined;
  /** @throws ArmadaError `READ_MODEL_STOPPED` */
  checkContext(agent: string, context: Readonly<Record<string, unknown>>): void;
  lookBack(run: string, seq: number): Promise<void>;
  heldLoopAt?: Functions["heldLoopAt"];
};

type Written = Awaited<ReturnType<Payloads["offload"]>>;
/** What a message is to say: its ordinal, who writes it and when (ms since 1970), and whether another replica must go on from it. */
type Turn = {
  readonly run: CachedRun;
  readonly n: number;
  readonly writer: string;
  readonly now: number;
  readonly decision: Decision;
  readonly events: readonly JournalEvent[];
  readonly unanswered: boolean;
  /** Who is heard again where something else is written instead. */
  readonly left: readonly Member[];
  /** Tells those whose decisions it holds; answers who is left. */
  tell(told: Told): readonly Member[];
};
type Draft = Outgoing & { readonly written: Written; readonly turn: Turn };
type View = { readonly run: CachedRun; readonly seq: number };

const MAX_HOT = 1_000;
/**
 * Of a message, bytes of UTF-8: half of what a server takes, so that what is derived from it, with an envelope of its own,
 * is taken as well.
 */
const MAX_DECISION = 512 * 1024;
/** What could not be written for so long is decided again, ms: its time, and the lengths that begin in it, are those of its writing. */
const STALE_MS = 60_000;

/**
 * The runs of a team in one replica: loads, hot functions, and the one way to append to a journal. Appends of one run
 * queue here, so only different replicas conflict; outcomes that queue leave in one message.
 */
export class RunStore {
  readonly team: Team;
  readonly ports: Ports;
  readonly functions: Functions;
  readonly #hooks: RunStoreHooks;
  readonly #hot = new Map<string, CachedRun>();
  /** Of which messages of a run, by ordinal, all that is derived was last seen to be stored. */
  readonly #derived = new Map<string, { readonly from: number; readonly upTo: number }>();
  readonly #journals: Journals;
  readonly #turns = new CommitQueue((id) => this.#hot.delete(id)); // a function may have run ahead of the journal

  readonly #remembers: number | undefined;

  /** `remembers`: see `derive`. */
  constructor(team: Team, ports: Ports, hooks: RunStoreHooks, remembers?: number) {
    this.#remembers = remembers;
    this.team = team;
    this.ports = ports;
    this.#journals = new Journals(team.name, ports);
    this.#hooks = hooks;
    const workflows = withinLists(team);
    this.functions = {
      scheduler: ports.scheduler,
      watch: {
        now: () => ports.clock.now(),
        held: (run, workflow, ms) =>
          ports.logger.warn("the event loop was held while a workflow function ran: by it, or by a step beside it", {
            team: team.name,
            run,
            workflow,
            ms,
          }),
      },
      heldLoopAt: (run) => hooks.heldLoopAt?.(run),
      payloads: new Payloads(persistent(ports), team.name),
      workflow: (name, version) => workflows.find((served) => served.name === name && served.version === version),
    };
  }

  /** Reads the run at least as of sequence `atLeast`; `delivered` spares the load where it is the next message, or derived from a known one. */
  read<T>(id: string, atLeast: number, use: (run: CachedRun) => T, delivered?: Message): Promise<T> {
    return this.#turns.take(id, async () => use(await this.#current(id, atLeast, delivered)));
  }

  /** Another replica may have ended the run, in message `seq`: a step that comes again is not begun on what was known before. */
  ended(id: string, seq: number): void {
    if (this.#hot.has(id) || this.#journals.floor(id) > 0) this.#journals.saw(id, seq); // it may be loaded just now
  }

  /** Drops what this replica knows of a run. */
  forget(id: string): void {
    this.#hot.delete(id);
  }

  /**
   * Decides and appends until the append holds; `decide` sees the newest state and answers undefined where there is
   * nothing to say. Resolves once all that is derived from the decision is stored (engine rule 4).
   */
  async commit(id: string, atLeast: number, decide: Decide): Promise<Committed> {
    const { committed, owed } = await new Promise<Told>((tell, fail) =>
      this.#turns.join(id, { atLeast, decide, tell, fail }, (members) => this.#append(id, members)),
    );
    await owed;
    return committed;
  }

  /** Derives again, create-once, from journal message `from` on: what a redelivery owes (engine rule 4). */
  async derive(id: string, from: number, atLeast: number): Promise<void> {
    const state = initialRun();
    const derived: Derived[] = [];
    for (const journal of await this.journal(id, atLeast)) {
      foldMessage(state, journal);
      if (journal.n >= from) derived.push(...derive(this.team.name, id, journal, state, this.#remembers));
    }
    const stored = await store(derived, this.ports);
    putNewest(this.#derived, id, { from, upTo: state.length }, MAX_HOT);
    const waits = [...state.waits.values()].some((wait) => wait.kind === "wait" && wait.open);
    if (waits) await this.#hooks.lookBack(id, Math.max(atLeast, this.#journals.floor(id), stored));
  }

  /** As `derive`, where this replica knows more of the run by now than the last look saw: that may have been an old one. */
  async deriveNewer(id: string, from: number): Promise<void> {
    const length = await this.read(id, 0, ({ state }) => state.length);
    const last = this.#derived.get(id);
    if (last === undefined || last.from > from || last.upTo < length) await this.derive(id, from, 0);
  }

  /** The run's journal as stored, for what its state does not tell. */
  async journal(id: string, atLeast: number): Promise<readonly JournalMessage[]> {
    const messages = await this.#journals.load(id, Math.max(atLeast, this.#journals.floor(id)));
    return messages.flatMap((message) => readJournalMessage(message) ?? []);
  }

  /** Of the run's first journal message behind sequence `seq`. */
  async ordinalAfter(id: string, seq: number): Promise<number | undefined> {
    const messages = await this.#journals.load(id, Math.max(seq, this.#journals.floor(id)));
    const first = messages.find((message) => message.seq > seq);
    return first === undefined ? undefined : readJournalMessage(first)?.n;
  }

  /** Writes one message and tells those whose decisions it holds; answers who is left. */
  async #append(id: string, members: readonly Member[]): Promise<readonly Member[]> {
    const floor = Math.max(...members.map(({ atLeast }) => atLeast));
    const run = await this.#current(id, floor);
    let left = members;
    let turn: Turn | undefined;
    let sending: Draft | undefined;
    const { log, tracer } = this.ports;
    const traced: Pick<Ports["log"], "append" | "last"> = {
      append: (subject, body, expect) => {
        const does = subject.split(".", 3)[2] ?? "";
        const parent = sending?.written.envelopes[0]?.traceparent;
        return tracer.span(spans.publish(`run ${does}`), { [attributes.subject]: subject }, parent, () =>
          log.append(subject, body, expect),
        );
      },
      last: (filter, atLeast) => log.last(filter, atLeast),
    };
    const judged = await appendJudged<View, Draft>(
      { ...this.ports, log: traced },
      {
        filter: runFilter(this.team.name, id),
        read: async (atLeast) => viewOf(await this.#reload(id, Math.max(floor, atLeast, this.#journals.floor(id)))),
        judge: async (view) => {
          turn = await this.#turn(view.run, left);
          left = turn?.left ?? [];
          sending = turn === undefined || turn.events.length === 0 ? undefined : this.#draft(turn, await this.#writable(turn));
          return sending;
        },
      },
      {
        known: viewOf(run),
        what: `an append to run ${id}`,
        staleAfter: STALE_MS,
        instead: async ({ turn }, reason) => {
          sending = this.#draft(turn, await this.#write(turn, [...turn.decision.events, stop(tooLarge(turn.events, reason))]));
          return sending;
        },
      },
    );
    if (judged.kind === "nothing") return turn?.tell({ committed: { run: judged.view.run, ordinal: undefined, waits: false } }) ?? [];
    const { written, turn: told } = judged.message;
    if (judged.kind === "refused") throw new ArmadaError("LOG_REFUSED", `message ${told.n} of run ${id} is never stored: ${judged.reason}`);
    return told.tell(this.#appended(told, judged.seq, written));
  }

  /** What the next message is to say; undefined where nobody of `members` has anything to say. */
  async #turn(run: CachedRun, members: readonly Member[]): Promise<Turn | undefined> {
    const message = merge(run, members);
    if (message === undefined) return undefined;
    const { decision, parts, later } = message;
    const now = this.ports.clock.now(); // one time for the function and for the journal, where a cold run reads it
    const { events, unanswered } = await answer(run, decision, this.functions, now);
    const tell = (told: Told): readonly Member[] => {
      const out = parts.filter((part) => !part.decision.events.every((event) => events.includes(event))); // the function ended before
      for (const part of parts) if (!out.includes(part)) part.member.tell(told);
      return [...out.map(({ member }) => member), ...later];
    };
    const left = [...parts.map(({ member }) => member), ...later];
    return { run, n: run.state.length + 1, writer: this.ports.random.id(), now, decision, events, unanswered, left, tell };
  }

  #draft(turn: Turn, written: Written): Draft {
    const { run, n, unanswered } = turn;
    const subject = journalSubject(this.team.name, run.id, n, written.events, run.state, unanswered);
    return { subject, id: written.envelopes[0]?.id ?? "", body: written.body, written, turn };
  }

  #told(run: CachedRun, ordinal: number, waits: boolean, derived: readonly Derived[]): Told {
    const committed = { run, ordinal, waits };
    return { committed, owed: this.#pay(committed, derived) };
  }

  /** What a message owes before those whose decisions it holds go on (engine rule 4). */
  async #pay(committed: Committed, derived: readonly Derived[]): Promise<void> {
    const stored = await store(derived, this.ports);
    if (committed.waits) await this.#hooks.lookBack(committed.run.id, Math.max(committed.run.lastSeq, stored));
  }

  #appended({ run, n }: Turn, seq: number, written: Written): Told {
    const message: JournalMessage = { n, does: "", events: written.events, envelopes: written.envelopes };
    foldMessage(run.state, message);
    run.lastSeq = seq;
    run.prev = digestOf(written.body);
    run.provenance ??= provenanceOf(written.envelopes);
    this.#count(run, written.events);
    if (run.state.ended?.status === "failed") this.#sayFailed(run);
    if (run.state.ended !== undefined || run.state.stopped !== undefined) run.execution = undefined;
    if (n === JOURNAL_WARNING)
      this.ports.logger.warn(`run ${run.id} has ${n} journal messages: consider ctx.continueAsNew`, { run: run.id });
    this.#keep(run);
    return this.#told(run, n, setsWait(message), derive(this.team.name, run.id, message, run.state, this.#remembers));
  }

  /** Whoever wrote an outcome counts it: over all replicas never twice, and not at all where the log's answer was lost. */
  #count({ state }: CachedRun, events: readonly JournalEvent[]): void {
    for (const event of events)
      if (event.type === "step.completed" && event.data.degraded !== undefined)
        this.ports.counters?.add(metrics.degraded, {
          [attributes.team]: this.team.name,
          [attributes.agentName]: state.steps.get(event.data.n)?.agent ?? "",
          [attributes.errorType]: event.data.degraded.code,
        });
  }

  /** One line of the log for an error that a workflow function threw: the journal keeps it without its stack. */
  #sayFailed({ id, state, execution }: CachedRun): void {
    const result = execution?.result;
    if (result === undefined || !("error" in result) || result.error instanceof Refusal) return;
    const about = { team: this.team.name, run: id, workflow: state.workflow, ...stackOf(result.error) };
    this.ports.logger.warn(`workflow ${state.workflow} failed: ${cut(messageOf(result.error))}`, about);
  }

  /** What the decision holds without what the function asked for, and why the run stops, where that cannot be journaled. */
  async #writable(turn: Turn): Promise<Written> {
    const { decision, events } = turn;
    try {
      const written = await this.#write(turn, events);
      const size = written.body.length <= MAX_DECISION / 3 ? 0 : Buffer.byteLength(written.body);
      if (size <= MAX_DECISION) return written;
      return await this.#write(turn, [...decision.events, stop(tooLarge(events, `${size} bytes`))]);
    } catch (error) {
      if (!(error instanceof ArmadaError) || error.code !== "VALUE_NOT_JSON") throw error;
      return this.#write(turn, [...decision.events, stop(error)]);
    }
  }

  async #write({ run, n, writer, now, decision }: Turn, events: readonly JournalEvent[]): Promise<Written> {
    const provenance = decision.provenance ?? run.provenance;
    if (provenance === undefined) throw new ArmadaError("RUN_UNKNOWN", `run ${run.id} of team ${this.team.name} has no start`);
    const about = {
      team: this.team.name,
      run: run.id,
      n,
      writer,
      time: new Date(now).toISOString(),
      prev: run.prev,
    };
    const causation = decision.causation ?? provenance.causation;
    return this.functions.payloads.offload(
      events.map((event) => (decision.events.includes(event) ? event : withoutSecrets(this.#withContext(event)))), // a decision has none
      (list) => journalBody(about, { ...provenance, causation }, list),
    );
  }

  /** What an attempt of an agent gets: as journaled with its request; of read models that it did not have then, their state of now. @throws ArmadaError `READ_MODEL_STOPPED` */
  contextFor(agent: string, journaled: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const others = Object.entries(this.#hooks.contextOf(agent) ?? {}).filter(([name]) => !Object.hasOwn(journaled, name));
    this.#hooks.checkContext(agent, { ...journaled, ...Object.fromEntries(others) });
    return { ...(journalForm(Object.fromEntries(others), `the context of agent ${agent}`) as object), ...journaled };
  }

  #withContext(event: JournalEvent): JournalEvent {
    if (event.type !== "step.requested") return event;
    const context = this.#hooks.contextOf(event.data.agent);
    if (context === undefined) return event;
    return { type: event.type, data: { ...event.data, context: journalForm(context, `the context of agent ${event.data.agent}`) } };
  }

  async #current(id: string, wanted: number, delivered?: Message): Promise<CachedRun> {
    const atLeast = Math.max(wanted, this.#journals.floor(id));
    const hot = this.#hot.get(id);
    if (hot !== undefined && !lacksFunction(hot, this.functions)) {
      if (hot.lastSeq >= atLeast) return this.#keep(hot);
      if (hot.lastSeq >= this.#journals.floor(id) && holdsDecision(hot, delivered)) return this.#keep(hot);
      const news = (await this.#journals.between(hot, delivered)) ?? (await this.#journals.load(id, atLeast));
      await replay(
        hot,
        news.filter((message) => message.seq > hot.lastSeq),
        this.functions,
      );
      if (!lacksFunction(hot, this.functions)) return this.#keep(hot);
    }
    return this.#reload(id, atLeast);
  }

  /** The run as the log has it: a function that ran ahead of the journal is let go. */
  async #reload(id: string, atLeast: number): Promise<CachedRun> {
    this.#hot.delete(id);
    const run = coldRun(id);
    await replay(run, await this.#journals.load(id, atLeast), this.functions);
    return this.#keep(run);
  }

  #keep(run: CachedRun): CachedRun {
    if (!run.state.exists) return run;
    putNewest(this.#hot, run.id, run, MAX_HOT);
    this.#journals.saw(run.id, run.lastSeq);
    return run;
  }
}

function viewOf(run: CachedRun): View {
  return { run, seq: run.lastSeq };
}

function tooLarge(events: readonly JournalEvent[], size: string): ArmadaError {
  return new ArmadaError(
    "DECISION_TOO_LARGE",
    `what the workflow asked for in one turn, ${events.length} calls, is too much for one message: ${size}`,
    {
      hint: "ask for less at a time: await some calls before the next",
    },
  );
}

function setsWait({ events }: JournalMessage): boolean {
  return events.some((event) => event.type === "wait.set");
}
