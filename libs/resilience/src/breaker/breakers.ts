import { digestOf, parseSubject } from "@armada/contracts";
import {
  type Gossip,
  type Held,
  handleEndless,
  type Log,
  type Logger,
  loadEndless,
  type Message,
  orAborted,
  readEndless,
  retry,
} from "@armada/event-sourcing";
import { z } from "zod";
import { type BreakerCommand, breaker, mayTry } from "./breaker.ts";
import { type CallOutcome, Calls } from "./calls.ts";
import { type BreakerState, breakerOf, breakersFilter } from "./events.ts";
import type { BreakerSettings } from "./settings.ts";

/** What is said among the replicas of how calls ended. */
const TOPIC = "calls";
/** So long after it closed, and after each call that had to wait its turn, a breaker lets calls go one after the other, ms. */
const DRAIN_MS = 5_000;
/** A replica whose call tries says what came of it within the call's own limit and this, ms; else another one tries. */
const GRACE_MS = 5_000;
/** When another call may try where the one before said nothing of its subject, ms. */
const YIELD_MS = 5_000;

const Said = z.object({ from: z.string(), subject: z.string(), begun: z.number(), ok: z.boolean(), slow: z.boolean() });

/** How soon a call that came while another one tries it asks again, ms. */
const TRYING_MS = 1_000;

/** Whether a call may go out. `probe`: it is the one that tries. `next`: when to ask again, ms since 1970; `why`: a sentence on why not now. */
export type Admission =
  | { readonly kind: "go"; readonly probe?: string }
  | { readonly kind: "open"; readonly next: number; readonly why: string };

/** What a call came to; `unknown` where it says nothing of its subject, as one that was given back. */
export type Came = "well" | "failed" | "unknown";

type BreakersPorts = Parameters<typeof handleEndless>[0] & {
  readonly log: Pick<Log, "append" | "load" | "last" | "follow" | "head">;
  readonly gossip?: Gossip;
  readonly logger: Logger;
};

type One = {
  readonly settings: BreakerSettings;
  readonly calls: Calls;
  held: Held<BreakerState>;
  /** The decision of this replica that is under way. */
  deciding: Promise<void> | undefined;
  /** Until when calls go out one after the other, and when the next may, ms since 1970. */
  draining: number;
  next: number;
};

/**
 * One replica's view of its team's breakers: asks them before a call, tells them after it. What changes a breaker is decided in the
 * team's stream, and all replicas follow that; how calls end they tell each other, as far as it is news.
 */
export class Breakers {
  readonly #team: string;
  readonly #ports: BreakersPorts;
  readonly #all: ReadonlyMap<string, One>;
  readonly #signal: AbortSignal;
  readonly #me: string;
  /** Told what this replica decided: who decides sees to the queue. */
  readonly #decided: (subject: string, state: BreakerState) => Promise<void>;
  readonly #loaded = Promise.withResolvers<void>();
  #isLoaded = false;

  constructor(about: {
    readonly team: string;
    readonly subjects: ReadonlyMap<string, BreakerSettings>;
    readonly ports: BreakersPorts;
    readonly signal: AbortSignal;
    readonly decided?: (subject: string, state: BreakerState) => Promise<void>;
  }) {
    const held = { state: breaker.initial(), version: 0, seq: 0, prev: undefined };
    this.#team = about.team;
    this.#ports = about.ports;
    this.#signal = about.signal;
    this.#decided = about.decided ?? (() => Promise.resolve());
    this.#me = about.ports.random.id();
    this.#all = new Map(
      [...about.subjects].map(([subject, settings]) => [
        subject,
        { settings, calls: new Calls(), held, deciding: undefined, draining: 0, next: 0 },
      ]),
    );
  }

  /** Follows what the other replicas decide and say, until the signal aborts. */
  async follow(): Promise<void> {
    const { log, gossip } = this.#ports;
    void gossip?.listen(TOPIC, (body) => this.#hear(body), this.#signal);
    const from = await retry("the log's head", this.#ports, () => log.head(), { signal: this.#signal });
    await this.#load(from);
    this.#isLoaded = true;
    this.#loaded.resolve();
    await log.follow([breakersFilter(this.#team)], from, (message) => this.#take(message), this.#signal);
  }

  async #load(atLeast: number): Promise<void> {
    const { log } = this.#ports;
    const any = await retry("read the breakers", this.#ports, () => log.last(breakersFilter(this.#team), atLeast), {
      signal: this.#signal,
    });
    if (any === undefined) return; // as in most teams none has ever opened
    await Promise.all(
      [...this.#all].map(async ([subject, one]) => {
        const aggregate = breakerOf(this.#team, subject);
        const held = await retry(
          `read the breaker of ${subject}`,
          this.#ports,
          () => loadEndless(this.#ports.log, breaker, aggregate, atLeast),
          {
            signal: this.#signal,
          },
        );
        this.#know(one, held);
      }),
    );
  }

  /** The breaker of a subject, as this replica knows it. */
  state(subject: string): BreakerState | undefined {
    return this.#all.get(subject)?.held.state;
  }

  /** How long the breaker of a subject stays open, ms; undefined where it has none. */
  openMs(subject: string): number | undefined {
    return this.#all.get(subject)?.settings.openMs;
  }

  /** Whether this call was the one that tries, and nothing has come of it. */
  isTrying(subject: string, call: string): boolean {
    const { status, probe = "" } = this.#all.get(subject)?.held.state ?? breaker.initial();
    return status === "half_open" && probe.startsWith(`${call}~`);
  }

  /** How long the breaker of a subject has been closed, ms; 0 where it is not. */
  closedFor(subject: string): number {
    const { status, since } = this.#all.get(subject)?.held.state ?? breaker.initial();
    if (status !== "closed") return 0;
    return since === undefined ? Number.POSITIVE_INFINITY : this.#ports.clock.now() - Date.parse(since);
  }

  /**
   * Whether a call may go out now; where calls that waited go one after the other, once it is this one's turn. `call`: what it is
   * known by, without `~`; `ms`: what it may take. @throws the signal's reason
   */
  async admit(subject: string, call: string, ms: number, signal: AbortSignal): Promise<Admission> {
    const one = this.#all.get(subject);
    if (one === undefined) return { kind: "go" };
    if (!this.#isLoaded) await orAborted(this.#loaded.promise, signal);
    if (one.deciding !== undefined) await orAborted(one.deciding, signal);
    const { clock, random } = this.#ports;
    if (mayTry(one.held.state, clock.now())) {
      const probe = `${call}~${random.id()}`;
      await this.#decide(subject, one, { type: "try", at: clock.now(), ms: ms + GRACE_MS, probe });
      if (one.held.state.probe === probe) return { kind: "go", probe };
    }
    const { status, until = "", why = "" } = one.held.state;
    if (status === "open") return { kind: "open", next: Date.parse(until), why: `${why}; the next one is tried at ${until}` };
    if (status === "half_open") return { kind: "open", next: clock.now() + TRYING_MS, why: `${why}; one is tried now` };
    await this.#turn(one, signal);
    return { kind: "go" };
  }

  /** Takes down how a call ended. `begun`: ms since 1970. */
  report(
    subject: string,
    { begun, probe, came }: { readonly begun: number; readonly probe: string | undefined; readonly came: Came },
  ): void {
    const one = this.#all.get(subject);
    if (one === undefined) return;
    const at = this.#ports.clock.now();
    if (probe !== undefined) {
      const ms = came === "unknown" ? YIELD_MS : one.settings.openMs;
      this.#later(subject, one, { type: "tried", at, ms, probe, came });
      return;
    }
    if (came === "unknown") return;
    const outcome = { begun, ok: came === "well", slow: at - begun > one.settings.slowMs };
    const news = !one.calls.clean || !outcome.ok || outcome.slow;
    if (news && this.#see(subject, one, outcome)) this.#ports.gossip?.say(TOPIC, JSON.stringify({ from: this.#me, subject, ...outcome }));
  }

  /** Opens or closes it for so many ms because a person wants it so; one that is not there stays so. */
  async set(subject: string, to: "open" | "closed", ms: number, why: string): Promise<void> {
    const one = this.#all.get(subject);
    if (one !== undefined) await this.#decide(subject, one, { type: "set", at: this.#ports.clock.now(), ms, to, why });
  }

  #hear(body: string): void {
    const said = Said.safeParse(jsonOf(body));
    if (!said.success || said.data.from === this.#me) return;
    const { subject, ...outcome } = said.data;
    const one = this.#all.get(subject);
    if (one !== undefined) this.#see(subject, one, outcome);
  }

  /** Whether it counts: of a call that was begun before the breaker closed nobody knows what it says of its subject now. */
  #see(subject: string, one: One, outcome: CallOutcome): boolean {
    const { status, since } = one.held.state;
    if (status !== "closed" || (since !== undefined && outcome.begun < Date.parse(since))) return false;
    one.calls.see(outcome);
    const why = one.calls.reason(one.settings);
    if (why !== undefined && one.deciding === undefined)
      this.#later(subject, one, { type: "open", at: this.#ports.clock.now(), ms: one.settings.openMs, why });
    return true;
  }

  async #turn(one: One, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const now = clock.now();
    if (now >= one.draining) return;
    const at = Math.max(now, one.next);
    one.next = at + 1_000 / one.settings.drain;
    if (at === now) return;
    one.draining = Math.max(one.draining, at + DRAIN_MS);
    await clock.sleep(at - now, signal);
  }

  #later(subject: string, one: One, command: BreakerCommand): void {
    this.#decide(subject, one, command).catch((error: unknown) => {
      if (!this.#signal.aborted) this.#say(subject, error);
    });
  }

  #say(subject: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#ports.logger.warn(`the breaker of ${subject} stays as it is known here: ${why}`, { team: this.#team, subject });
  }

  /** One decision of a breaker at a time: each is made on what the one before left. */
  #decide(subject: string, one: One, command: BreakerCommand): Promise<void> {
    const before = one.deciding ?? Promise.resolve();
    const deciding = before
      .catch(() => undefined)
      .then(async () => {
        const options = { known: one.held, signal: this.#signal };
        const { events, held } = await handleEndless(this.#ports, breaker, breakerOf(this.#team, subject), command, options);
        this.#know(one, held);
        if (events.length > 0) await this.#decided(subject, held.state);
      });
    one.deciding = deciding;
    const over = (): void => {
      if (one.deciding === deciding) one.deciding = undefined;
    };
    deciding.then(over, over);
    return deciding;
  }

  #take(message: Message): void {
    const parsed = parseSubject(message.subject);
    const one = parsed?.kind === "fact" ? this.#all.get(parsed.id) : undefined;
    if (one === undefined || parsed?.kind !== "fact" || message.seq <= one.held.seq) return;
    try {
      const { state, version } = readEndless(breakerOf(this.#team, parsed.id), message);
      this.#know(one, { state, version, seq: message.seq, prev: digestOf(message.body) });
    } catch (error) {
      this.#say(parsed.id, error); // of a newer build: its replicas go by it
    }
  }

  #know(one: One, held: Held<BreakerState>): void {
    if (held.seq < one.held.seq) return;
    if (held.seq > one.held.seq) {
      one.calls.forget();
      one.draining = held.state.status === "closed" ? this.#ports.clock.now() + DRAIN_MS : 0;
    }
    one.held = held;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
