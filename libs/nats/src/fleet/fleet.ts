import { ADMINISTRATION, ArmadaError, type FleetEntry, type Isolation, type TeamManifest } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import type { Access } from "../identity/access.ts";
import type { PublicKeys } from "../identity/identities.ts";
import { KeyRing } from "../identity/key-ring.ts";
import { verifier } from "../identity/nkey.ts";
import { follow } from "../log/follow.ts";
import type { Take } from "../log/pull.ts";
import { storedHeaders, UNREADABLE } from "../log/stored-headers.ts";
import { StreamIdentity } from "../log/stream-identity.ts";
import { FLEET } from "../streams/names.ts";
import { FleetView } from "./fleet-view.ts";

const CAUGHT_UP_MS = 5_000;

/**
 * The fleet as administration has it in the stream FLEET, followed from its beginning: what was provisioned a moment ago is
 * known a moment later. A stream that was made anew takes nothing away: what it does not say again is believed as before.
 */
export class Fleet {
  /** The keys of all identities, as of now; a key that the fleet does not name is looked for in the folder of identities. */
  readonly ring: KeyRing;
  readonly #access: Access;
  readonly #logger: Logger;
  readonly #view = new FleetView();
  readonly #identity: StreamIdentity;
  /** Administration needs no list to know its own key. */
  readonly #own: readonly string[];
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  readonly #said = new Set<number>();
  readonly #stored = new Set<string>();
  #administration: readonly ReturnType<typeof verifier>[] = [];
  #administrationKeys = "";
  #seen = 0;

  private constructor(link: Link, access: Access, logger: Logger) {
    this.#access = access;
    this.#logger = logger;
    this.#own = link.identity.name === ADMINISTRATION ? [link.identity.publicKey] : [];
    this.#identity = new StreamIdentity(link, FLEET, logger);
    this.ring = new KeyRing(() => this.keys());
  }

  /**
   * Follows the fleet until the link is closed. `access`: whose public key of the provisioner is what entries
   * are held against. What is there is known when this resolves, if the server answers.
   * @throws ArmadaError `IDENTITY_UNREADABLE` where the folder of identities cannot be read
   */
  static async follow(link: Link, access: Access, logger: Logger): Promise<Fleet> {
    const fleet = new Fleet(link, access, logger);
    const end = new AbortController();
    void link.connection.closed().then(() => end.abort());
    fleet.#holdAgainst(await access.keys());
    fleet.#identity.onReplaced(() => {
      fleet.#seen = 0;
      fleet.#said.clear();
      fleet.#stored.clear();
    });
    const handler = (): void => undefined; // the view has it by then
    void follow(link, FLEET, fleet.#identity, { filters: ["fleet.>"], from: 0 }, fleet.#take, handler, end.signal, quietly(logger));
    await fleet.ring.again();
    return fleet;
  }

  /** All that administration says now, by name. */
  get entries(): ReadonlyMap<string, FleetEntry> {
    return this.#view.entries;
  }

  /** The names of which the stream that is there now says something. */
  get stored(): ReadonlySet<string> {
    return this.#stored;
  }

  /** The teams that were provisioned and not removed, by name. */
  get teams(): ReadonlyMap<string, TeamManifest> {
    return new Map([...this.#view.entries.values()].flatMap((entry) => (entry.kind === "team" ? [[entry.name, entry.manifest]] : [])));
  }

  /** What administration says of each isolation, by its prefix; also of those that are over. */
  get isolations(): ReadonlyMap<string, Isolation> {
    return this.#view.isolations;
  }

  /** Calls `listener` after each entry or isolation that says something new; returns the way to end that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Resolves when all that is in the stream now is known here.
   * @throws ArmadaError `STREAM_MISSING` where nothing was provisioned yet, `LOG_UNAVAILABLE`
   */
  async caughtUp(): Promise<void> {
    const { lastSeq } = await this.#identity.look();
    if (this.#seen >= lastSeq) return;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = (): void => {
      if (this.#seen >= lastSeq) resolve(true);
    };
    this.#waiting.add(look);
    const over = setTimeout(() => resolve(false), CAUGHT_UP_MS);
    const whole = await promise;
    clearTimeout(over);
    this.#waiting.delete(look);
    if (!whole) throw unavailable(`${FLEET} is not read up to ${lastSeq} within ${CAUGHT_UP_MS / 1_000} s`);
  }

  /** As `caughtUp`, where it may be that nothing was provisioned yet. @throws ArmadaError `LOG_UNAVAILABLE` */
  async caughtUpIfThere(): Promise<void> {
    await this.caughtUp().catch((error: unknown) => {
      if (!(error instanceof ArmadaError && error.code === "STREAM_MISSING")) throw error;
    });
  }

  /** Public keys by name as of now: what the fleet says, and the folder of identities. @throws ArmadaError `LOG_UNAVAILABLE` */
  async keys(): Promise<PublicKeys> {
    await this.caughtUpIfThere();
    return this.#keysWith(await this.#access.keys());
  }

  #keysWith(folder: PublicKeys): PublicKeys {
    const all = new Map(folder);
    for (const { name, keys } of this.#view.entries.values()) all.set(name, [...new Set([...keys, ...(folder.get(name) ?? [])])]);
    return all;
  }

  readonly #take: Take = (subject, seq, _time, message, viaGet) => {
    this.#identity.saw(seq);
    const body = message.string();
    const headers = storedHeaders(message);
    const judge = (): "unsigned" | undefined => {
      const taken =
        headers === UNREADABLE
          ? ({ kind: "refused", why: "its headers cannot be parsed" } as const)
          : this.#view.take(subject, body, headers, this.#administration, viaGet);
      if (taken.kind === "unsigned") return "unsigned";
      if (taken.kind === "refused") this.#refuse(subject, seq, taken.why);
      if (taken.kind === "taken" || taken.kind === "old") this.#stored.add(subject.slice("fleet.".length));
      if (taken.kind === "taken") this.#changed();
    };
    const done = (): undefined => {
      this.#seen = seq;
      for (const look of [...this.#waiting]) look();
    };
    if (judge() !== "unsigned") return done();
    // Administration's key may be another by now.
    return this.#readAdministration().then(() => {
      if (judge() === "unsigned")
        this.#refuse(subject, seq, `its signature is not ${this.#administration.length === 0 ? "to be checked" : "administration's"}`);
      return done();
    });
  };

  #refuse(subject: string, seq: number, why: string): void {
    if (this.#said.has(seq)) return;
    if (this.#said.size < 10_000) this.#said.add(seq);
    this.#logger.warn(`message ${seq} of ${FLEET} is not taken: ${why}`, { subject, seq });
  }

  #changed(): void {
    this.ring.add(this.#keysWith(new Map()));
    for (const listener of [...this.#listeners]) listener();
  }

  async #readAdministration(): Promise<void> {
    // What cannot be read any more was read before.
    const keys = await this.#access.keys().catch(() => undefined);
    if (keys !== undefined) this.#holdAgainst(keys);
  }

  #holdAgainst(keys: PublicKeys): void {
    const list = keys.get(ADMINISTRATION) ?? this.#own;
    if (list.join(" ") === this.#administrationKeys) return;
    this.#administrationKeys = list.join(" ");
    this.#administration = list.map(verifier);
  }
}

/** Before the first `armada provision` there is nothing to follow, which whoever waits for it says. */
function quietly(logger: Logger): Logger {
  return {
    ...logger,
    warn: (message, fields) => (message.includes(`there is no stream ${FLEET}`) ? undefined : logger.warn(message, fields)),
  };
}
