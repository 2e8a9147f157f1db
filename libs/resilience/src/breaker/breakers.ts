import { ArmadaError, digestOf, parseSubject } from "@armada/contracts";
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
import { Drain } from "./drain.ts";
import { type BreakerState, breakerOf, breakersFilter } from "./events.ts";
import type { BreakerSettings } from "./settings.ts";

/** What is said among the replicas of how calls ended. */
const TOPIC = "calls";
/** A replica whose call tries says what came of it within the call's own limit and this, ms; else another one tries. */
const GRACE_MS = 5_000;
/** When another call may try where the one before said nothing of its subject, ms. */
const YIELD_MS = 5_000;

const Said = z.object({ from: z.string(), subject: z.string(), begun: z.number(), ok: z.boolean(), slow: z.boolean() });

/** How soon a call that came while another one tries it asks again, ms. */
const TRYING_MS = 1_000;
/** So much longer who tried it last waits with its next try: else one that always fails could keep all others from theirs, ms. */
const GIVE_WAY_MS = 500;

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

/** Has the queues of a subject stand as its breaker does. `starting`: its replica starts, and the queues may stand as an earlier build had them. */
type Tell = (subject: string, state: BreakerState, how: { readonly starting: boolean }) => Promise<void>;

type One = {
  readonly settings: BreakerSettings;
  readonly calls: Calls;
  held: Held<BreakerState>;
  /** Its state is of a newer build: until a readable one comes it is none here. */
  unreadable: boolean;
  /** The decision of this replica that is under way; rejects never. */
  deciding: Promise<void> | undefined;
  /** The queues hear of it, and of what comes meanwhile. */
  telling: Promise<void> | undefined;
  /** What tried it last, wherever that was. */
  tried: string;
  readonly drain: Drain;
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
  readonly #without: readonly string[];
  readonly #tell: Tell;
  /** Ends decisions: later than what is at work, which has its say. */
  readonly #over = new AbortController();
  readonly #loaded = Promise.withResolvers<void>();
  #isLoaded = false;

  constructor(about: {
    readonly team: string;
    readonly subjects: ReadonlyMap<string, BreakerSettings>;
    readonly ports: BreakersPorts;
    readonly signal: AbortSignal;
    /** Those that have none, or have one no more. */
    readonly without?: readonly string[];
    readonly tell?: Tell;
  }) {
    const held = { state: breaker.initial(), version: 0, seq: 0, prev: undefined };
    this.#team = about.team;
    this.#ports = about.ports;
    this.#signal = about.signal;
    this.#without = about.without ?? [];
    this.#tell = about.tell ?? (() => Promise.resolve());
    this.#me = about.ports.random.id();
    this.#all = new Map(
      [...about.subjects].map(([subject, settings]) => [
        subject,
        {
          settings,
          calls: new Calls(),
          held,
          unreadable: false,
          deciding: undefined,
          telling: undefined,
          tried: "",
          drain: new Drain(settings.drain),
        },
      ]),
    );
  }

  /** Follows what the other replicas decide and say, until the signal aborts. */
  async follow(): Promise<void> {
    const { log, gossip } = this.#ports;
    void gossip?.listen(TOPIC, (body) => this.#hear(body), this.#signal);
    let from = 0;
    try {
      from = await retry("the log's head", this.#ports, () => log.head(), { signal: this.#signal });
      await this.#load(from);
    } catch (error) {
      if (this.#signal.aborted) return; // a replica that stops as it starts
      throw error;
    }
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
    for (const subject of this.#without)
      this.#tell(subject, breaker.initial(), { starting: true }).catch((error: unknown) => this.#say(subject, error));
    await Promise.all(
      [...this.#all].map(async ([subject, one]) => {
        try {
          this.#know(one, await this.#read(subject, atLeast));
        } catch (error) {
          if (!isUnreadable(error)) throw error;
          one.unreadable = true;
          this.#say(subject, error);
          return;
        }
        void this.#tellQueues(subject, one, true); // who decided it may have died before the queues heard of it
      }),
    );
  }

  #read(subject: string, atLeast = 0): Promise<Held<BreakerState>> {
    const aggregate = breakerOf(this.#team, subject);
    return retry(`read the breaker of ${subject}`, this.#ports, () => loadEndless(this.#ports.log, breaker, aggregate, atLeast), {
      signal: this.#over.signal,
    });
  }

  /** Resolves once the breakers are known. @throws the signal's reason */
  async known(signal: AbortSignal): Promise<void> {
    if (!this.#isLoaded) await orAborted(this.#loaded.promise, signal);
  }

  /** For when nothing is at work any more: what came of it is written down, for `patience` ms at most. */
  async end(patience: number): Promise<void> {
    const deciding = [...this.#all.values()].flatMap((one) => [one.deciding ?? [], one.telling ?? []].flat());
    if (deciding.length > 0) await Promise.race([Promise.all(deciding), this.#ports.clock.sleep(patience, this.#over.signal)]);
    this.#over.abort();
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
    return status === "half_open" && isOf(call, probe);
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
    await this.known(signal);
    for (;;) {
      if (one.deciding !== undefined) await orAborted(one.deciding, signal);
      if (one.unreadable) return { kind: "go" };
      const tried = await this.#try(subject, one, call, ms);
      if (tried !== undefined) return tried;
      const { clock } = this.#ports;
      const { status, until = "", why = "" } = one.held.state;
      if (status === "open") {
        const next = Date.parse(until) + (isOf(call, one.tried) ? GIVE_WAY_MS : 0);
        return { kind: "open", next, why: `${why}; the next one is tried at ${until}` };
      }
      if (status === "half_open") return { kind: "open", next: clock.now() + TRYING_MS, why: `${why}; one is tried now` };
      const waited = await one.drain.turn(clock, signal);
      if (!waited || (one.held.state.status === "closed" && one.deciding === undefined)) return { kind: "go" };
    }
  }

  /** Whether this call is the one that tries it. */
  async #try(subject: string, one: One, call: string, ms: number): Promise<Admission | undefined> {
    const { clock, random } = this.#ports;
    const at = clock.now();
    const late = one.held.state.status === "open" && isOf(call, one.tried) ? GIVE_WAY_MS : 0;
    if (!mayTry(one.held.state, at - late)) return undefined;
    const probe = `${call}~${random.id()}`;
    await this.#decide(subject, one, { type: "try", at, ms: ms + GRACE_MS, probe });
    if (one.unreadable) return { kind: "go" };
    if (one.held.state.probe !== probe) return undefined;
    if (clock.now() - at <= GRACE_MS) return { kind: "go", probe };
    // The log, or this replica, stood still for so long that another may be trying before this one is over.
    this.report(subject, { begun: at, probe, came: "unknown" });
    return undefined;
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
    if (one === undefined) return;
    await this.#decide(subject, one, { type: "set", at: this.#ports.clock.now(), ms, to, why });
    await one.telling;
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

  #later(subject: string, one: One, command: BreakerCommand): void {
    this.#decide(subject, one, command).catch((error: unknown) => {
      this.#say(subject, error);
    });
  }

  /** Who decides says so in the log; not of each call that tries it in vain. */
  #sayDecided(subject: string, { status, by, until = "", why = "" }: BreakerState): void {
    const about = { team: this.#team, subject };
    if (status === "open" && by !== "probe") this.#ports.logger.warn(`calls of ${subject} pause until ${until}: ${why}`, about);
    if (status === "closed") this.#ports.logger.info(`calls of ${subject} go out again`, about);
  }

  #say(subject: string, error: unknown): void {
    if (this.#over.signal.aborted) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#ports.logger.warn(`the breaker of ${subject} stays as it is known here: ${why}`, { team: this.#team, subject });
  }

  /** One decision of a breaker at a time: each is made on what the one before left. */
  #decide(subject: string, one: One, command: BreakerCommand): Promise<void> {
    const before = one.deciding ?? Promise.resolve();
    const made = before.then(async () => {
      const options = { known: one.held, signal: this.#over.signal };
      try {
        const { events, held } = await handleEndless(this.#ports, breaker, breakerOf(this.#team, subject), command, options);
        this.#know(one, held);
        if (events.length > 0) {
          this.#sayDecided(subject, held.state);
          void this.#tellQueues(subject, one);
        }
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        one.unreadable = true;
        this.#say(subject, error);
      }
    });
    const over = (): void => {
      if (one.deciding === deciding) one.deciding = undefined;
    };
    const deciding: Promise<void> = made.then(over, over);
    one.deciding = deciding;
    return made;
  }

  /**
   * Who decides sees to the queues, until they stand as the newest state has them: what another decided after this one the server
   * may have heard before it. Never rejects.
   */
  #tellQueues(subject: string, one: One, starting = false): Promise<void> {
    const tell = async (): Promise<void> => {
      for (let told = -1; told < one.held.seq; ) {
        told = one.held.seq;
        const work = (): Promise<void> => this.#tell(subject, one.held.state, { starting });
        await retry(`the queues of ${subject}`, this.#ports, work, { signal: this.#over.signal });
        this.#know(one, await this.#read(subject));
      }
    };
    one.telling ??= tell()
      .catch((error: unknown) => this.#say(subject, error))
      .finally(() => {
        one.telling = undefined;
      });
    return one.telling;
  }

  #take(message: Message): void {
    const parsed = parseSubject(message.subject);
    const one = parsed?.kind === "fact" ? this.#all.get(parsed.id) : undefined;
    if (one === undefined || parsed?.kind !== "fact" || message.seq <= one.held.seq) return;
    try {
      const { state, version } = readEndless(breakerOf(this.#team, parsed.id), message);
      this.#know(one, { state, version, seq: message.seq, prev: digestOf(message.body) });
    } catch (error) {
      one.unreadable = true; // of a newer build: its replicas go by it
      this.#say(parsed.id, error);
    }
  }

  #know(one: One, held: Held<BreakerState>): void {
    if (held.seq < one.held.seq) return;
    if (held.seq > one.held.seq) {
      one.calls.forget();
      if (held.state.status === "closed") one.drain.begin(this.#ports.clock.now());
      else one.drain.end();
    }
    one.held = held;
    one.unreadable = false;
    if (held.state.status === "half_open") one.tried = held.state.probe ?? "";
  }
}

/** Whether a probe is of this call. */
function isOf(call: string, probe: string): boolean {
  return probe.startsWith(`${call}~`);
}

function isUnreadable(error: unknown): boolean {
  return error instanceof ArmadaError && error.code === "STATE_UNREADABLE";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
