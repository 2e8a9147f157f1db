import { type LiveText, pendingSecret, redactValues } from "@armada/contracts";
import type { Clock, Live } from "@armada/event-sourcing";

/** A piece waits at most so long for others to leave with it. */
const WAIT_MS = 50;
const FULL = 200;
/** Characters in one message; far below what a server takes. */
const MOST = 16_000;
/** Why the wait for more is over; without a reason each would build an error with its stack. */
const SENT = "the text has been sent";

/**
 * Publishes the text of one call as it comes: the first piece at once, then what came within 50 ms or fills 200 characters
 * in one message. A structured answer's text is its JSON as the model writes it, valid only when it is whole.
 */
export class CallText {
  readonly #about: Pick<LiveText, "run" | "n" | "attempt" | "call">;
  readonly #ports: { readonly live: Live; readonly clock: Clock };
  #text = "";
  #seq = 0;
  #waits: AbortController | undefined;

  constructor(about: Pick<LiveText, "run" | "n" | "attempt" | "call">, ports: { readonly live: Live; readonly clock: Clock }) {
    this.#about = about;
    this.#ports = ports;
  }

  add(piece: string): void {
    this.#text += piece;
    if (this.#waits === undefined || this.#text.length >= FULL) this.#send();
  }

  /** What has come is sent before whatever is appended from now on. */
  end(): void {
    if (this.#text !== "") this.#send(0);
    this.#stopWaiting();
  }

  /** `kept`: characters of the end that wait for what comes behind them, because a secret may have begun in them. */
  #send(kept = pendingSecret(this.#text)): void {
    this.#stopWaiting();
    const whole = this.#text.length - kept;
    const text = redactValues(this.#text.slice(0, whole));
    this.#text = this.#text.slice(whole);
    for (let at = 0; at < text.length; at += MOST)
      this.#ports.live.publish({ ...this.#about, seq: this.#seq++, text: text.slice(at, at + MOST) });
    const waits = new AbortController();
    this.#waits = waits;
    this.#ports.clock.sleep(WAIT_MS, waits.signal).then(
      () => {
        if (this.#text.length > pendingSecret(this.#text)) this.#send();
        else this.#waits = undefined;
      },
      () => undefined, // it was sent before
    );
  }

  #stopWaiting(): void {
    this.#waits?.abort(SENT);
    this.#waits = undefined;
  }
}
