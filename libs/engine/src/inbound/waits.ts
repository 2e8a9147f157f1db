import type { Fact } from "@armada/agents";
import { type AnyEventKind, arrivalOf, asToken, eventKey, parseSubject } from "@armada/contracts";
import type { Handled, Message } from "@armada/event-sourcing";
import type { JournalEvent } from "../journal/events.ts";
import { failureOf } from "../journal/failure.ts";
import { journalForm } from "../journal/form.ts";
import type { RunState } from "../journal/state.ts";
import { type Arrival, looksAfter, nextMet, type OpenWait, openWaits, takes, waitKey, waitRoute } from "../journal/taken.ts";
import { putNewest } from "../runs/bounded-map.ts";
import { decidedBefore, type Traced } from "../runs/guard.ts";
import { loadAll } from "../runs/load-all.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { InlineSteps } from "../steps/inline-steps.ts";
import { factOf } from "./facts.ts";
import { factFilter } from "./queues.ts";

const DONE: Handled = { kind: "done" };
/** Ids of which this replica remembers up to where their waits are over. */
const MAX_OVER = 10_000;
/** Facts that are looked at together, where one load may not bring all. */
const PAGE = 1_000;

type Arrived = Arrival & { readonly fact: Fact };

/**
 * Brings waits and facts together: an arrived fact looks for the waits on its id, a wait looks back over the facts; both
 * look after their own write, so one of them finds the other (engine rule 10). Which wait takes what is decided on the
 * run's newest state.
 */
export class Waits {
  readonly #runs: RunStore;
  readonly #inlines: InlineSteps;
  readonly #signal: AbortSignal;
  /** By key, of which several can have one route: the sequence up to which no run waits any more. */
  readonly #over = new Map<string, number>();

  constructor(runs: RunStore, inlines: InlineSteps, signal: AbortSignal) {
    this.#runs = runs;
    this.#inlines = inlines;
    this.#signal = signal;
  }

  /** Every run that waits for an arrived fact's id goes on with it, or with an earlier one; one that fails holds up no other. */
  async meet(kind: AnyEventKind, delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    const read = await factOf(delivery, kind, this.#runs.functions.payloads);
    if (subject?.kind !== "fact" || read === undefined) return DONE;
    const { key: event, arrived } = read.fact;
    const arrival = { key: waitKey(kind.type, subject.id), event, seq: delivery.seq, at: Date.parse(arrived) };
    const concerned = await this.#concerned(waitRoute(kind.type, subject.id), arrival, delivery.delivery);
    const met = await Promise.allSettled(
      concerned.map(async ({ run, takes }) => {
        const taken = takes ? await this.#follow(run, delivery.seq, arrival.key) : undefined;
        await this.owed(run, delivery);
        return taken?.has(event) === true;
      }),
    );
    for (const one of met) if (one.status === "rejected") throw one.reason;
    // What other deliveries brought to some of them may be owed, also where this one brought it to all the others.
    const all = met.length > 0 && met.every((one) => one.status === "fulfilled" && one.value);
    return all ? DONE : decidedBefore(delivery);
  }

  /** As `lookBack`, for who has no delivery that would come again: a lead goes on with what was taken. */
  async lookBackForLead(id: string, atLeast: number): Promise<void> {
    await this.#take(id, atLeast, undefined, true);
  }

  /** Open waits, of one key where it is given, take what there is for them, in the order of arrival. */
  async lookBack(id: string, atLeast: number, key?: string): Promise<void> {
    await this.#follow(id, atLeast, key);
  }

  /** As `lookBack`. @returns the events that were taken */
  async #follow(id: string, atLeast: number, key: string | undefined): Promise<ReadonlyMap<string, unknown>> {
    const taken = await this.#take(id, atLeast, key, false);
    await Promise.all([...taken.values()].map((root) => this.#inlines.run(id, root, 1, this.#signal)));
    return taken;
  }

  /** @returns the ordinals of the messages in which something was taken, by the event */
  async #take(id: string, atLeast: number, key: string | undefined, forLead: boolean): Promise<ReadonlyMap<string, number>> {
    const { arrivals, among } = await this.#arrivals(id, atLeast, key);
    const taken = new Map<string, number>();
    for (let left = arrivals.length; left > 0; left--) {
      let met: ReturnType<typeof nextMet<Arrived>>;
      const { ordinal } = await this.#runs.commit(id, atLeast, ({ state }) => {
        met = nextMet(state, arrivals, among);
        return met === undefined ? undefined : { events: [metBy(met)], ...(forLead ? { handedOver: true } : {}) };
      });
      if (ordinal === undefined || met === undefined) break;
      taken.set(met.arrival.event, ordinal);
    }
    return taken;
  }

  /** What an earlier delivery of the message decided stands behind it in the stream; what follows from that may be owed. */
  async owed(id: string, { seq, delivery }: Pick<Traced, "seq" | "delivery">): Promise<void> {
    if (delivery === 1) return;
    const from = await this.#runs.ordinalAfter(id, seq);
    if (from === undefined) return;
    await this.#runs.derive(id, from, seq);
    await this.#inlines.run(id, from, delivery, this.#signal);
  }

  /** Runs that wait for an arrival's key, and of a redelivered one those that did. `takes`: an open wait would take it. */
  async #concerned(
    route: string,
    arrival: Arrival,
    delivery: number,
  ): Promise<readonly { readonly run: string; readonly takes: boolean }[]> {
    const { key, seq } = arrival;
    const filters = ["*.*", "*.*.*"].map((tail) => `run.${this.#runs.team.name}.wait.${route}.${tail}`);
    const from = delivery === 1 ? (this.#over.get(key) ?? 0) : 0;
    const messages = await loadAll("look for waits", this.#runs.ports, filters, seq, { from });
    const waiting = new Set<string>();
    const concerned = await Promise.all(
      [...new Set(messages.map(runOf))].map((run) =>
        this.#runs.read(run, seq, ({ state }) => {
          const open = openWaits(state);
          if (open.some(({ data }) => waitKey(data.type, data.id) === key)) waiting.add(run);
          return { run, takes: open.some((wait) => takes(state, wait, arrival)) };
        }),
      ),
    );
    const first = messages.find((message) => waiting.has(runOf(message)));
    const over = first === undefined ? (messages.at(-1)?.seq ?? 0) : first.seq - 1;
    putNewest(this.#over, key, Math.max(from, Math.min(over, seq)), MAX_OVER);
    return concerned;
  }

  /** What has arrived for the open waits of a run, in order, as far back as each looks. */
  async #arrivals(
    id: string,
    atLeast: number,
    key: string | undefined,
  ): Promise<{ readonly arrivals: readonly Arrived[]; readonly among: ReadonlySet<number> }> {
    const { state, open } = await this.#runs.read(id, atLeast, (run) => ({
      state: run.state,
      open: openWaits(run.state).filter(({ data }) => key === undefined || waitKey(data.type, data.id) === key),
    }));
    const found: Arrived[] = [];
    for (const [of, waits] of Map.groupBy(open, ({ data }) => waitKey(data.type, data.id)))
      found.push(...(await this.#arrivalsOf(of, waits, state, atLeast)));
    return { arrivals: found.sort((a, b) => a.seq - b.seq), among: new Set(open.map(({ n }) => n)) };
  }

  /** At least so many for each wait as there are waits, where there are: whichever take some, it finds its own among them. */
  async #arrivalsOf(key: string, waits: readonly OpenWait[], state: RunState, atLeast: number): Promise<readonly Arrived[]> {
    const { type, id } = waits[0]?.data ?? { type: "", id: "" };
    const kind = this.#runs.team.awaits.find((awaited) => awaited.type === type);
    if (kind === undefined) return [];
    const { payloads } = this.#runs.functions;
    const found: Arrived[] = [];
    const missing = new Map(waits.map(({ n }) => [n, waits.length]));
    const takers = ({ seq, envelopes }: Message): readonly OpenWait[] =>
      envelopes.flatMap((envelope) =>
        envelope.type === type
          ? waits.filter((wait) => takes(state, wait, { key, event: eventKey(envelope), seq, at: Date.parse(arrivalOf(envelope)) }))
          : [],
      );
    let more = true;
    for (let from = Math.min(...waits.map((wait) => looksAfter(state, wait))); more && missing.size > 0; ) {
      let kept = 0;
      const wanted = (message: Message): boolean => takers(message).some(({ n }) => missing.has(n)) && ++kept <= PAGE;
      const page = await loadAll("look back", this.#runs.ports, [factFilter(kind, asToken(id))], atLeast, { from, wanted });
      for (const message of page) {
        const read = await factOf(message, kind, payloads);
        if (read === undefined) continue;
        const { fact } = read;
        found.push({ key, event: fact.key, seq: message.seq, at: Date.parse(fact.arrived) || 0, fact });
        for (const { n } of takers(message)) {
          const left = (missing.get(n) ?? 0) - 1;
          if (left > 0) missing.set(n, left);
          else missing.delete(n);
        }
      }
      more = kept > page.length;
      from = page.at(-1)?.seq ?? from;
    }
    return found;
  }
}

function metBy({ wait, arrival }: { readonly wait: OpenWait; readonly arrival: Arrived }): JournalEvent {
  const { event, seq, at } = arrival;
  const { data, ...attributes } = arrival.fact;
  const met = { n: wait.n, event, seq, at: new Date(at).toISOString() };
  try {
    const fact =
      wait.data.fact === true ? { fact: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) } : {};
    return { type: "wait.met", data: { ...met, data: journalForm(data, `the data of ${wait.data.type}`), ...fact } };
  } catch (error) {
    return { type: "wait.met", data: { ...met, failure: failureOf(error) } };
  }
}

function runOf({ subject }: Message): string {
  return subject.split(".")[4] ?? "";
}
