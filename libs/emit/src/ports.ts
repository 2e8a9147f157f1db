type PostRequest = {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
};

/** What the emitter takes from the world. */
export type Ports = {
  fetch(url: string, request: PostRequest): Promise<Response>;
  /** Monotonic, ms. */
  now(): number;
  date(): Date;
  /** 0 to 1. */
  random(): number;
  id(): string;
  /** Calls once, `ms` from now. @returns what takes it back */
  after(ms: number, call: () => void): () => void;
};

/** Those of Node, Deno, Bun and browsers. Timers keep the process alive: what waits is not lost at its end. */
export const world: Ports = {
  fetch: (url, request) => fetch(url, request),
  now: () => performance.now(),
  date: () => new Date(),
  random: Math.random,
  id: () => crypto.randomUUID(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Empty where there is none, as in a browser. */
export const environment: Readonly<Record<string, string | undefined>> = typeof process === "undefined" ? {} : process.env;
