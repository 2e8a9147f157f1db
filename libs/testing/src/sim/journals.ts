import { digestOf, parseSubject } from "@armada/contracts";
import type { JournalEvent } from "@armada/engine/journal/events";
import { type JournalMessage, readJournalMessage } from "@armada/engine/journal/message";
import { initialRun, type RunState } from "@armada/engine/journal/state";
import { evolveRun, isOutcome } from "@armada/engine/journal/table";
import type { MemoryMesh, Message } from "@armada/event-sourcing";

/** A run as its stream tells it. */
export type Journal = {
  readonly team: string;
  readonly run: string;
  readonly state: RunState;
  readonly messages: Message[];
  readonly read: JournalMessage[];
  /** Outcome events by call. */
  readonly outcomes: Map<number, number>;
  /** Attempts that are lost, and count. */
  charged: number;
};

/** All journals of the mesh, folded as they are written; what is out of order on the way is `wrong`. */
export class Journals {
  readonly wrong: string[] = [];
  readonly all = new Map<string, Journal>();
  readonly open = new Set<Journal>();

  constructor(mesh: MemoryMesh, teams: readonly string[], written: (journal: Journal, message: JournalMessage) => void) {
    for (const team of teams)
      mesh.stream(team).listen((message) => {
        const subject = parseSubject(message.subject);
        if (subject?.kind !== "journal" || subject.branch !== undefined) return;
        const journal = this.#fold(team, subject.run, message);
        const last = journal?.read.at(-1);
        if (journal !== undefined && last !== undefined) written(journal, last);
      });
  }

  of(team: string, run: string): Journal | undefined {
    return this.all.get(`${team} ${run}`);
  }

  #fold(team: string, run: string, message: Message): Journal | undefined {
    const read = readJournalMessage(message);
    if (read === undefined) {
      this.wrong.push(`${message.subject} is no journal message that this build reads`);
      return undefined;
    }
    const key = `${team} ${run}`;
    const journal: Journal = this.all.get(key) ?? {
      team,
      run,
      state: initialRun(),
      messages: [],
      read: [],
      outcomes: new Map(),
      charged: 0,
    };
    this.all.set(key, journal);
    const before = journal.messages.at(-1);
    if (read.n !== journal.read.length + 1) this.wrong.push(`${message.subject} follows ordinal ${journal.read.length}`);
    const prev = before === undefined ? undefined : digestOf(before.body);
    if (read.envelopes[0]?.prev !== prev)
      this.wrong.push(`${message.subject} names ${read.envelopes[0]?.prev} as the one before, which is ${prev}`);
    if (journal.state.ended !== undefined) this.wrong.push(`${message.subject} comes after the end of its run`);
    journal.messages.push(message);
    journal.read.push(read);
    journal.state.length = read.n;
    for (const event of read.events) {
      evolveRun(journal.state, event, read.envelopes[0]?.time ?? "");
      this.#count(journal, event);
    }
    if (journal.state.ended === undefined) this.open.add(journal);
    else this.open.delete(journal);
    return journal;
  }

  #count(journal: Journal, event: JournalEvent): void {
    if (event.type === "step.worker_lost" && event.data.counts !== false) journal.charged++;
    if (!isOutcome(event) || !("n" in event.data)) return;
    const times = (journal.outcomes.get(event.data.n) ?? 0) + 1;
    journal.outcomes.set(event.data.n, times);
    if (times > 1) this.wrong.push(`call ${event.data.n} of run ${journal.run} has ${times} outcomes, the last a ${event.type}`);
  }
}

/** The journal as people read it, one line a message. */
export function printed(journal: Journal): string {
  const lines = journal.messages.map((message, index) => {
    const events = journal.read[index]?.events ?? [];
    const what = events.map((event) => `${event.type} ${JSON.stringify(event.data).slice(0, 160)}`).join("\n      ");
    return `${String(message.seq).padStart(6)} ${new Date(message.time).toISOString().slice(11)} ${message.subject}\n      ${what}`;
  });
  return `run ${journal.run} of ${journal.team}\n${lines.join("\n")}`;
}
