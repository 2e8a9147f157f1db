import { parseSubject, runFilter } from "@armada/contracts";
import { type Message, type Ports, retry } from "@armada/event-sourcing";
import type { CachedRun } from "../execution/cached-run.ts";
import { readJournalMessage } from "../journal/message.ts";
import { putNewest } from "./bounded-map.ts";
import { loadAll } from "./load-all.ts";

/** Missing messages that are loaded one by one, and not with the whole journal. */
const FEW = 4;
const MAX_FLOORS = 20_000;

/** Reads runs' journals, never less far than this replica has looked before (engine rule 5). */
export class Journals {
  readonly #team: string;
  readonly #ports: Pick<Ports, "log" | "clock" | "random" | "logger">;
  /** The sequence up to which a run was seen here. */
  readonly #floors = new Map<string, number>();

  constructor(team: string, ports: Pick<Ports, "log" | "clock" | "random" | "logger">) {
    this.#team = team;
    this.#ports = ports;
  }

  floor(run: string): number {
    return this.#floors.get(run) ?? 0;
  }

  saw(run: string, seq: number): void {
    if (seq > 0) putNewest(this.#floors, run, Math.max(seq, this.floor(run)), MAX_FLOORS);
  }

  /** The whole journal, at least up to `atLeast`. Failed attempts and tools can make it longer than one load may be. */
  async load(run: string, atLeast: number): Promise<readonly Message[]> {
    const messages = await loadAll(`load run ${run}`, this.#ports, [runFilter(this.#team, run)], atLeast);
    this.saw(run, messages.at(-1)?.seq ?? 0);
    return messages;
  }

  /**
   * A delivered journal message and the few before it that `run` lacks: ordinals are gapless, so what is missing is known. Undefined
   * where the run was seen further here.
   */
  async between(run: CachedRun, delivered: Message | undefined): Promise<readonly Message[] | undefined> {
    const next = delivered === undefined ? undefined : readJournalMessage(delivered);
    if (delivered === undefined || next === undefined || delivered.seq < this.floor(run.id)) return undefined;
    const first = run.state.length + 1;
    const missing = next.n - first;
    if (missing < 0 || missing > FEW) return undefined;
    const filters = Array.from({ length: missing }, (_, i) => `run.${this.#team}.*.*.${run.id}.${first + i}`);
    const loads = await Promise.all(filters.map((filter) => this.#load(run.id, filter, 0)));
    const found = loads.flatMap((loaded) => (loaded.kind === "loaded" ? loaded.messages : []));
    return found.length === missing ? [...found, delivered] : undefined; // an older view: the fenced load decides
  }

  #load(run: string, filter: string, atLeast: number): ReturnType<Ports["log"]["load"]> {
    return retry(`load run ${run}`, this.#ports, () => this.#ports.log.load(filter, atLeast));
  }
}

/** Whether a derived dispatch tells of nothing newer: it is no journal message, and its decision is known. */
export function holdsDecision({ state }: CachedRun, delivered: Message | undefined): boolean {
  const subject = delivered === undefined ? undefined : parseSubject(delivered.subject);
  return subject?.kind === "journal" && subject.branch !== undefined && subject.n <= state.length;
}
