import { Emitter } from "../emitter.ts";
import type { Ports } from "../ports.ts";
import { type EmitterOptions, settingsOf } from "../settings.ts";

/** A request as the gateway would get it. */
export type Got = {
  readonly at: number;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly ids: readonly string[];
};
type Reply = (got: Got) => Response | Promise<Response>;

/** An emitter whose clock moves when told to, and whose gateway answers by `reply`. */
export class Scripted {
  readonly got: Got[] = [];
  reply: Reply = stored;
  readonly emitter: Emitter;
  #now = 0;
  #ids = 0;
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  constructor(options: EmitterOptions = {}) {
    const ports: Ports = {
      fetch: (url, init) => this.#fetch(url, init),
      now: () => this.#now,
      date: () => new Date(Date.UTC(2026, 2, 1) + this.#now),
      random: () => 1,
      id: () => `id-${++this.#ids}`,
      after: (ms, call) => {
        const timer = { at: this.#now + ms, call };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
    };
    this.emitter = new Emitter(settingsOf({ url: "http://gateway.test", key: "secret-key", source: "/shop", ...options }, {}), ports);
  }

  /** Lets everything happen that is due until so many ms from now. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)); // what promises wait for has happened
      const [next] = this.#timers.toSorted((one, other) => one.at - other.at);
      if (next === undefined || next.at > end) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }

  /** The ids of each request so far. */
  requests(): string[] {
    return this.got.map(({ ids }) => ids.join());
  }

  async #fetch(url: string, { body, headers, signal }: Parameters<Ports["fetch"]>[1]): Promise<Response> {
    const events = [JSON.parse(body)].flat() as { id: string }[];
    const got: Got = { at: this.#now, url, headers: new Headers(headers), body, ids: events.map(({ id }) => id) };
    this.got.push(got);
    const gone = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
    );
    return Promise.race([this.reply(got), gone]);
  }
}

/** The gateway's answer to what it has stored. */
export const stored: Reply = ({ ids }) => Response.json({ events: ids.map((id, seq) => ({ event: `e-${id}`, seq })) }, { status: 202 });

/** A problem document. */
export function problem(
  status: number,
  kind: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Record<string, string> = {},
): Response {
  const body = JSON.stringify({ type: `urn:armada:problem:${kind}`, title: `Title of ${kind}`, status, detail: "why", ...more });
  return new Response(body, { status, headers: { "content-type": "application/problem+json", ...headers } });
}
