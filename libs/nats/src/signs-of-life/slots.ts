/** A message that is at work, as two threads see it. */
const SLOT_BYTES = 512;
/** Words of a slot, of 32 bits: its state, its limit in ms, the length of its acknowledgement's subject. The subject follows. */
const STATE = 0;
const LIMIT = 1;
const LENGTH = 2;
const HEAD_BYTES = 16;

/** Nobody's; a message at work; the same while a sign of life is on its way; one given back meanwhile. */
const FREE = 0;
const HELD = 1;
const SIGNING = 2;
const ENDED = 3;

/** Longest subject that a slot takes, in bytes. */
export const MAX_SUBJECT = SLOT_BYTES - HEAD_BYTES;

export function memoryFor(slots: number): SharedArrayBuffer {
  return new SharedArrayBuffer(slots * SLOT_BYTES);
}

/**
 * Messages that are at work, in memory that the thread which does the work and the one that gives signs of life share:
 * what the first puts down the second sees at once, whatever holds the first one's event loop.
 */
export class SignSlots {
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly size: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#bytes = Buffer.from(memory);
    this.size = memory.byteLength / SLOT_BYTES;
  }

  isFree(slot: number): boolean {
    return Atomics.load(this.#words, this.#word(slot, STATE)) === FREE;
  }

  /** `subject` has at most MAX_SUBJECT bytes. */
  hold(slot: number, subject: string, limit: number): void {
    const length = this.#bytes.write(subject, slot * SLOT_BYTES + HEAD_BYTES, MAX_SUBJECT);
    this.#words[this.#word(slot, LENGTH)] = length;
    this.#words[this.#word(slot, LIMIT)] = Math.min(limit, 2 ** 31 - 1);
    Atomics.store(this.#words, this.#word(slot, STATE), HELD);
  }

  /** No sign of life is given for it any more. Resolves when none is on its way either, at the latest after `deadline` ms. */
  release(slot: number, deadline: number): Promise<void> | undefined {
    const state = this.#word(slot, STATE);
    if (Atomics.compareExchange(this.#words, state, HELD, FREE) === HELD) return undefined;
    if (Atomics.compareExchange(this.#words, state, SIGNING, ENDED) !== SIGNING) {
      Atomics.store(this.#words, state, FREE);
      return undefined;
    }
    const { async, value } = Atomics.waitAsync(this.#words, state, ENDED, deadline);
    return async ? value.then(() => undefined) : undefined;
  }

  /** What is at work now: its subject and its limit. */
  *held(): Generator<{ readonly slot: number; readonly subject: string; readonly limit: number }> {
    for (let slot = 0; slot < this.size; slot++) {
      if (Atomics.load(this.#words, this.#word(slot, STATE)) !== HELD) continue;
      const from = slot * SLOT_BYTES + HEAD_BYTES;
      const length = this.#words[this.#word(slot, LENGTH)] ?? 0;
      yield { slot, limit: this.#words[this.#word(slot, LIMIT)] ?? 0, subject: this.#bytes.toString("latin1", from, from + length) };
    }
  }

  /** Whether it is still at work; then `release` waits until `signed`. */
  sign(slot: number): boolean {
    return Atomics.compareExchange(this.#words, this.#word(slot, STATE), HELD, SIGNING) === HELD;
  }

  /** The server has the sign of life. */
  signed(slot: number): void {
    const state = this.#word(slot, STATE);
    if (Atomics.compareExchange(this.#words, state, SIGNING, HELD) === SIGNING) return;
    Atomics.store(this.#words, state, FREE);
    Atomics.notify(this.#words, state);
  }

  /** The thread that signed is gone: nothing is on its way. */
  settle(): void {
    for (let slot = 0; slot < this.size; slot++) {
      const state = Atomics.load(this.#words, this.#word(slot, STATE));
      if (state === SIGNING || state === ENDED) this.signed(slot);
    }
  }

  #word(slot: number, word: number): number {
    return (slot * SLOT_BYTES) / Int32Array.BYTES_PER_ELEMENT + word;
  }
}
