import { stat } from "node:fs/promises";
import { knowSecrets } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { DEFAULT_KEY, digestOf, type KeyFile, keyFileIn, type NamedKey, readKeys } from "@armada/operations/keys/key-file";
import { EVERYTHING } from "@armada/operations/keys/scopes";
import { Problem } from "../problem.ts";
import type { Caller } from "./caller.ts";

const LOOK_MS = 1_000;

/** `first`: the key of the name `default`. */
type About = { readonly folder: string; readonly first: string; readonly now: () => number; readonly logger: Logger };

/** The keys that open the gateway, as their file has them now: a key that is added or revoked is so within a second. */
export class KeyRing {
  readonly #folder: string;
  readonly #first: string;
  readonly #now: () => number;
  readonly #logger: Logger;
  #byDigest: ReadonlyMap<string, NamedKey> = new Map();
  #signers: ReadonlyMap<string, NamedKey> = new Map();
  #firstOpens = true;
  #seen = "";
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  private constructor(about: About) {
    this.#folder = about.folder;
    this.#first = digestOf(about.first);
    this.#now = about.now;
    this.#logger = about.logger;
  }

  /** Nobody is let in by a file that cannot be read: whether the first key is revoked is not known either. @throws ArmadaError `KEYS_INVALID` */
  static async open(about: About): Promise<KeyRing> {
    const ring = new KeyRing(about);
    await ring.#read();
    return ring;
  }

  /** Whose key it is. @throws Problem `key-wanted` */
  async find(given: string): Promise<Caller> {
    await this.#look();
    const digest = digestOf(given);
    if (digest === this.#first && this.#firstOpens) return { name: DEFAULT_KEY, kind: "key", scopes: [EVERYTHING], perMinute: undefined };
    const found = this.#byDigest.get(digest);
    if (found === undefined) throw new Problem("key-wanted", "this is no key of this gateway", { field: "authorization" });
    return this.#caller(found);
  }

  /** The secret and the caller of a sender that signs. @throws Problem `key-wanted` where none has this name, or it has expired */
  async signer(name: string): Promise<{ readonly secret: string; readonly caller: Caller }> {
    await this.#look();
    const found = this.#signers.get(name);
    if (found?.secret === undefined) throw new Problem("key-wanted", "this is no sender that signs", { field: "name" });
    return { secret: found.secret, caller: this.#caller(found) };
  }

  /** @throws Problem `key-wanted` */
  #caller({ name, scopes, expires, perMinute }: NamedKey): Caller {
    if (expires !== undefined && this.#now() >= Date.parse(expires))
      throw new Problem("key-wanted", `the key ${name} has expired`, { field: "authorization" });
    return { name, kind: "key", scopes, perMinute };
  }

  async #look(): Promise<void> {
    if (performance.now() - this.#lookedAt > LOOK_MS) {
      this.#looking ??= this.#follow().finally(() => (this.#looking = undefined));
      await this.#looking;
    }
  }

  /** A file that cannot be read changes nothing: the keys stay that were known, and the log says so. */
  async #follow(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.#logger.warn(`the keys stay as they were: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#lookedAt = performance.now();
  }

  async #read(): Promise<void> {
    const of = await stat(keyFileIn(this.#folder)).catch(() => undefined); // no file, no keys
    const seen = of === undefined ? "none" : `${of.ino} ${of.mtimeMs} ${of.size}`;
    if (seen !== this.#seen) this.#take(await readKeys(this.#folder));
    this.#seen = seen;
  }

  #take({ keys, defaultRevoked }: KeyFile): void {
    this.#byDigest = new Map(keys.flatMap((key) => (key.digest === undefined ? [] : [[key.digest, key]])));
    this.#signers = new Map(keys.flatMap((key) => (key.secret === undefined ? [] : [[key.name, key]])));
    knowSecrets(keys.flatMap(({ secret }) => secret ?? []));
    this.#firstOpens = !defaultRevoked;
  }
}
