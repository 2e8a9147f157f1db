import { runFilter } from "@armada/contracts";
import type { Log, Page } from "@armada/event-sourcing";
import { findIn } from "@armada/operations/runs/find";
import { RunFold } from "./run-fold.ts";
import { Turns } from "./turns.ts";

/** What is read in one piece: so little that who writes does not feel it, on the connection or on the event loop. */
const PAGE = { messages: 64, bytes: 64 * 1024 };
const MOST_KEPT = 200;
/** Steps and waits of all kept runs together: each has some hundred bytes. */
const MOST_CALLS = 200_000;

export type ReadsPorts = {
  /** Those that were provisioned, as of now. */
  readonly teams: () => readonly string[];
  readonly log: (team: string) => Pick<Log, "head" | "load" | "page">;
};

/** `urgent`: before all who only read. `may`: the teams whose runs there are for who looks; all unless said. */
export type Looking = { readonly urgent?: boolean; readonly may?: (team: string) => boolean };

/** A run that somebody looks at. `reading`: the reading under way; `next`: the one that begins after it. */
type Kept = { readonly fold: RunFold; reading: Promise<void>; next: Promise<void> | undefined; replaced: boolean };

/**
 * Journals of runs, read page by page, and once for all who look at the same run: what was read of it is kept, and the next look
 * reads what came since. A look is one page at a time, and so are the pages that feeds want, however many there are of both.
 */
export class RunReads {
  readonly #ports: ReadsPorts;
  readonly #looks = new Turns();
  readonly #pages = new Turns();
  /** By run and team, those looked at last at the end. */
  readonly #kept = new Map<string, Kept>();

  constructor(ports: ReadsPorts) {
    this.#ports = ports;
  }

  /** A run as it is now. @throws ArmadaError `NO_SUCH_RUN`, `RUN_NOT_STARTED`, `LOG_UNAVAILABLE` */
  find(run: string, { urgent = false, may = () => true }: Looking = {}): Promise<RunFold> {
    const teams = this.#ports.teams().filter(may);
    const known = teams.filter((team) => this.#kept.has(`${run} ${team}`));
    const look = (team: string): Promise<RunFold | undefined> => this.#look(team, run, urgent);
    return findIn(this.#ports.log, known.length === 1 ? known : teams, run, look);
  }

  /** A part of a run's journal behind sequence `from`. */
  page({ team, run }: Pick<RunFold, "team" | "run">, from: number): Promise<Page> {
    return this.#pages.take(() => this.#ports.log(team).page(runFilter(team, run), from, PAGE));
  }

  async #look(team: string, run: string, urgent: boolean): Promise<RunFold | undefined> {
    for (;;) {
      const kept = this.#keep(team, run);
      await this.#upToDate(kept, urgent);
      if (kept.replaced) continue;
      if (kept.fold.state.exists) return kept.fold;
      this.#kept.delete(`${run} ${team}`);
      return undefined;
    }
  }

  #keep(team: string, run: string): Kept {
    const name = `${run} ${team}`;
    const kept = this.#kept.get(name) ?? { fold: new RunFold(team, run), reading: Promise.resolve(), next: undefined, replaced: false };
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    return kept;
  }

  /** Joins the reading that has not begun yet: one that is under way may be past what its caller wants to see. */
  #upToDate(kept: Kept, urgent: boolean): Promise<void> {
    kept.next ??= kept.reading
      .catch(() => undefined) // whoever waits for that one is told
      .then(() => {
        kept.next = undefined;
        kept.reading = this.#read(kept, urgent);
        return kept.reading;
      });
    return kept.next;
  }

  async #read(kept: Kept, urgent: boolean): Promise<void> {
    const { fold } = kept;
    const { team, run } = fold;
    const log = this.#ports.log(team);
    const { last } = fold;
    // Begins with the message that was taken last: a stream under the same name may be another one by now.
    for (let from = Math.max(0, last.seq - 1), begun = false, whole = false; !whole; begun = true) {
      const read = (): Promise<Page> => log.page(runFilter(team, run), from, PAGE);
      const page = await (urgent ? read() : this.#looks.take(read));
      const [first] = page.messages;
      if (!begun && last.seq > 0 && (first?.seq !== last.seq || first.envelopes[0]?.id !== last.id)) {
        kept.replaced = true;
        this.#kept.delete(`${run} ${team}`);
        return;
      }
      for (const message of page.messages) fold.take(message);
      from = page.upTo;
      whole = page.whole;
    }
    this.#forget();
  }

  #forget(): void {
    const size = ({ fold }: Kept): number => 1 + fold.state.steps.size + fold.state.waits.size;
    let calls = [...this.#kept.values()].reduce((sum, kept) => sum + size(kept), 0);
    for (const [name, kept] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT && calls <= MOST_CALLS) return;
      if (this.#kept.size === 1) return;
      this.#kept.delete(name);
      calls -= size(kept);
    }
  }
}
