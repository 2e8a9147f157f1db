import {
  foldMessage,
  type JournalMessage,
  type RunState,
  type RunStatus,
  readJournalMessage,
  readRun,
  statusOf,
} from "@armada/engine/reading";
import type { Message } from "@armada/event-sourcing";

/** How an approval was answered, and the ask that gave the answer. */
export type Given = { readonly approved: boolean; readonly by: string; readonly ask: string | undefined };

/**
 * What a run is, by its journal as far as it was read: folded message by message, none of which is kept. What views do not show,
 * the inputs of steps, is not kept either, so that a run of many megabytes is a state of a few hundred kilobytes.
 */
export class RunFold {
  readonly team: string;
  readonly run: string;
  readonly state: RunState = readRun([]);
  /** Answers to approvals, by the approval's call. */
  readonly given = new Map<number, Given>();
  /** The last message taken; of sequence 0 before the first. */
  last: { readonly seq: number; readonly id: string } = { seq: 0, id: "" };
  /** Where its status changed: sequences in order, and what it was from there on. */
  readonly #from: number[] = [];
  readonly #status: RunStatus[] = [];
  /** The steps and waits that are not over: its status is theirs, and there are few of them. */
  readonly #steps = new Map<number, RunState["steps"] extends Map<number, infer S> ? S : never>();
  readonly #waits = new Map<number, RunState["waits"] extends ReadonlyMap<number, infer W> ? W : never>();

  constructor(team: string, run: string) {
    this.team = team;
    this.run = run;
  }

  /** The sequence of the last message taken. */
  get seq(): number {
    return this.last.seq;
  }

  /** Takes the next message of the journal; of what was taken before, and what is none of the journal's, nothing comes. */
  take(message: Message): JournalMessage | undefined {
    const journal = readJournalMessage(message);
    if (journal === undefined || message.seq <= this.seq) return journal;
    foldMessage(this.state, { ...journal, events: journal.events.map(slim) });
    this.last = { seq: message.seq, id: message.envelopes[0]?.id ?? "" };
    for (const [i, event] of journal.events.entries()) {
      if (event.type === "approval.given") {
        const { n, approved, by } = event.data;
        if (!this.given.has(n)) this.given.set(n, { approved, by, ask: message.envelopes[i]?.causationid });
      }
      if ("n" in event.data) this.#settle(event.data.n);
    }
    const { ended, stopped } = this.state;
    const status = statusOf({ ended, stopped, steps: this.#steps, waits: this.#waits });
    if (status !== this.#status.at(-1)) {
      this.#from.push(message.seq);
      this.#status.push(status);
    }
    return journal;
  }

  /** What the run was once message `seq` was written; undefined before its first. */
  statusAt(seq: number): RunStatus | undefined {
    let low = 0;
    for (let high = this.#from.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((this.#from[middle] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#status[low - 1];
  }

  #settle(n: number): void {
    const step = this.state.steps.get(n);
    if (step?.status === "requested" || step?.status === "parked") this.#steps.set(n, step);
    else this.#steps.delete(n);
    const wait = this.state.waits.get(n);
    if (wait?.open === true) this.#waits.set(n, wait);
    else this.#waits.delete(n);
  }
}

function slim(event: JournalMessage["events"][number]): JournalMessage["events"][number] {
  if (event.type !== "step.requested") return event;
  const { input: _input, context: _context, ...data } = event.data;
  return { type: event.type, data };
}
