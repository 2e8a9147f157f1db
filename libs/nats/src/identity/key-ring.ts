import type { PublicKeys } from "./identities.ts";
import { verifier } from "./nkey.ts";

/** Keys are read again at most this often. */
const EVERY_MS = 250;
/** What was read so long ago decides nothing about a signature that does not fit: the key may be another by now. */
export const FRESH_MS = 1_000;
/** How long readers that keep their order wait for a key: a team that is gone for good has none, and its old facts hold up nobody. */
const PATIENCE_MS = 30_000;

type Verify = (text: string, sig: string) => boolean;

/**
 * The public keys of all teams, which change while a replica runs: a team is provisioned, made anew, or comes from another mesh.
 * So a key that is not there is no word on a message, nor is one that does not fit unless it was just read. A name may have
 * several: what it signed with a former one is its own too.
 */
export class KeyRing {
  readonly #read: () => Promise<PublicKeys>;
  readonly #verify = new Map<string, { readonly keys: string; readonly verify: Verify }>();
  readonly #missing = new Map<string, number>();
  #readAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /** Empty before `again` is called first. `read` rejects where the keys cannot be told. */
  constructor(read: () => Promise<PublicKeys>) {
    this.#read = read;
  }

  /** Checks signatures of `name`; undefined where no key of it is known. */
  verifierOf(name: string): Verify | undefined {
    const known = this.#verify.get(name);
    if (known === undefined && !this.#missing.has(name)) this.#missing.set(name, performance.now());
    return known?.verify;
  }

  /** Whether the keys are as they are now, or nearly. */
  get fresh(): boolean {
    return performance.now() - this.#readAt < FRESH_MS;
  }

  /** Whether the key of `name` has been missing for so long that nobody should wait for it. */
  hopeless(name: string): boolean {
    const since = this.#missing.get(name);
    return since !== undefined && performance.now() - since > PATIENCE_MS;
  }

  /** Reads the keys again, a moment later where they were just read. Where they cannot be read, those that are known stay. */
  again(): Promise<void> {
    this.#reading ??= this.#again().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #again(): Promise<void> {
    const wait = this.#triedAt + EVERY_MS - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const keys = await this.#read().catch(() => undefined);
    if (keys === undefined) {
      // What could not be read says of no key that it is not there: who waits for one goes on waiting.
      this.#missing.clear();
      this.#triedAt = performance.now();
      return;
    }
    this.add(keys);
    this.#readAt = this.#triedAt = performance.now();
  }

  /** Keys that were just told, of some names. */
  add(all: PublicKeys): void {
    for (const [name, list] of all) {
      if (list.length === 0) continue;
      this.#missing.delete(name);
      const keys = list.join(" ");
      if (this.#verify.get(name)?.keys !== keys) this.#verify.set(name, { keys, verify: anyOf(list.map(verifier)) });
    }
    this.#readAt = performance.now();
  }
}

function anyOf(each: readonly Verify[]): Verify {
  return (text, sig) => each.some((verify) => verify(text, sig));
}
