import type { Isolation } from "@armada/contracts";
import { type Clock, type Isolations, type Logger, orAborted, type Random, retry } from "@armada/event-sourcing";
import { Drain } from "../breaker/drain.ts";
import { isolatedText, isolationFor } from "./isolation.ts";

type GatePorts = { readonly clock: Clock; readonly random: Pick<Random, "next">; readonly logger: Logger };

/** Has the queues of an agent stand still until then, ms since 1970; 0 where nothing isolates it. `starting`: its replica starts. */
type Tell = (agent: string, until: number, how: { readonly starting: boolean }) => Promise<void>;

/** `drainedSince`: the end of the isolation behind which its calls go one after the other. */
type One = { told: number | undefined; drainedSince: number; readonly drain: Drain };

/** One replica's view of what isolates its team and its agents: it asks before anything begins, and follows what the fleet says. */
export class IsolationGate {
  readonly #team: string;
  readonly #agents: ReadonlyMap<string, One>;
  readonly #source: Isolations | undefined;
  readonly #ports: GatePorts;
  readonly #signal: AbortSignal;
  readonly #tell: Tell;
  readonly #loaded = Promise.withResolvers<void>();
  readonly #said = new Map<string, number>();
  #isLoaded = false;

  /** `agents`: calls a second that each may begin once it is isolated no more. */
  constructor(about: {
    readonly team: string;
    readonly agents: ReadonlyMap<string, number>;
    readonly source: Isolations | undefined;
    readonly ports: GatePorts;
    readonly signal: AbortSignal;
    readonly tell: Tell;
  }) {
    this.#team = about.team;
    this.#agents = new Map(
      [...about.agents].map(([name, perSecond]) => [name, { told: undefined, drainedSince: 0, drain: new Drain(perSecond) }]),
    );
    this.#source = about.source;
    this.#ports = about.ports;
    this.#signal = about.signal;
    this.#tell = about.tell;
    if (about.source === undefined) this.#known();
  }

  /** Follows what is said, until the signal aborts. */
  async follow(): Promise<void> {
    const source = this.#source;
    if (source === undefined) return;
    const end = source.onChange(() => this.#isLoaded && this.#changed(false));
    try {
      await retry("the isolations", this.#ports, () => source.known(), { signal: this.#signal });
      this.#known();
      this.#changed(true);
      await orAborted(new Promise<never>(() => undefined), this.#signal);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      end();
    }
  }

  /** Resolves once what was said before is known. @throws the signal's reason */
  async known(signal: AbortSignal): Promise<void> {
    if (!this.#isLoaded) await orAborted(this.#loaded.promise, signal);
  }

  /** What isolates an agent, or the team itself, as this replica knows it. */
  isolationOf(agent?: string): Isolation | undefined {
    const all = this.#source?.all();
    return all === undefined || all.size === 0 ? undefined : isolationFor(all, this.#team, agent, this.#ports.clock.now());
  }

  /** How long nothing has isolated an agent, ms; 0 where something does. */
  freeFor(agent: string): number {
    return this.isolationOf(agent) === undefined ? this.#ports.clock.now() - this.#endOf(agent) : 0;
  }

  /** What keeps a call of an agent from beginning; where those that waited go one after the other, once it is this one's turn. @throws the signal's reason */
  async admit(agent: string, signal: AbortSignal): Promise<Isolation | undefined> {
    await this.known(signal);
    for (;;) {
      const held = this.isolationOf(agent);
      if (held !== undefined) return held;
      const one = this.#agents.get(agent);
      if (one === undefined) return undefined;
      const end = this.#endOf(agent);
      if (end > one.drainedSince) {
        one.drainedSince = end;
        one.drain.begin(end);
      }
      if (!(await one.drain.turn(this.#ports.clock, signal)) || this.isolationOf(agent) === undefined) return undefined;
    }
  }

  /** When the last isolation of an agent, or of the team, ended, ms since 1970; never: long ago. */
  #endOf(agent: string): number {
    const all = this.#source?.all();
    const ends = [this.#team, `${this.#team}.${agent}`].map((prefix) => Date.parse(all?.get(prefix)?.until ?? ""));
    return Math.max(Number.NEGATIVE_INFINITY, ...ends.filter((end) => !Number.isNaN(end)));
  }

  #known(): void {
    this.#isLoaded = true;
    this.#loaded.resolve();
  }

  #changed(starting: boolean): void {
    this.#sayChanges();
    for (const [agent, one] of this.#agents) {
      const isolation = this.isolationOf(agent);
      const until = isolation === undefined ? 0 : Date.parse(isolation.until);
      const before = one.told;
      // Of an isolation that ended while no replica was there the queues have not heard.
      if (until === (before ?? 0) && !(starting && this.#endOf(agent) > 0)) continue;
      one.told = until;
      const work = (): Promise<void> => this.#tell(agent, one.told ?? 0, { starting });
      retry(`the queues of ${agent}`, this.#ports, work, { signal: this.#signal }).catch((error: unknown) => {
        if (this.#signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        this.#ports.logger.warn(`the queues of ${agent} do not hear of its isolation: ${why}`, { team: this.#team, agent });
      });
    }
  }

  /** One line for each that is new. */
  #sayChanges(): void {
    for (const [prefix, isolation] of this.#source?.all() ?? []) {
      const [team, agent] = prefix.split(".");
      if (team !== this.#team || isolation.revision <= (this.#said.get(prefix) ?? 0)) continue;
      this.#said.set(prefix, isolation.revision);
      const { status, by, why, until } = isolation;
      if (status === "returned") this.#ports.logger.info(`${prefix} is isolated no more since ${until}, by ${by}: ${why}`, { team });
      else if (Date.parse(until) > this.#ports.clock.now())
        this.#ports.logger.warn(`${isolatedText(isolation)}; nothing of it begins`, { team, ...(agent === undefined ? {} : { agent }) });
    }
  }
}
