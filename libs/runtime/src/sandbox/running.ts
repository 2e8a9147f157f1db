import { ArmadaError } from "@armada/contracts";
import type { CallServices, GivenCall } from "@armada/engine";
import type { Begun } from "./begin.ts";
import { type Asked, Said } from "./messages.ts";
import { readBy } from "./schemas.ts";
import { fromWire, toWire } from "./wire-errors.ts";

/** What loading a team's code may take, ms. */
const START_MS = 30_000;
/** How long its loop may not turn before it counts as held, and how often that is looked at, ms. */
const HELD_MS = 3_000;
const LOOK_MS = 500;
/** What a call that is over may take to say so before it is ended with its sandbox, ms. */
const REST_MS = 1_000;

type Call = {
  readonly n: number;
  readonly agent: string;
  readonly services: CallServices;
  /** Errors of the replica's that it was told, by number: one that comes back is the same one. */
  readonly told: Map<number, unknown>;
  readonly result: PromiseWithResolvers<unknown>;
  over: boolean;
};

/** A sandbox that was begun: one call at a time. */
export class Running {
  readonly #begun: Begun;
  readonly #ready = Promise.withResolvers<void>();
  readonly ready = this.#ready.promise;
  readonly ended: Promise<string>;
  #alive = true;
  #calls = 0;
  #call: Call | undefined;
  #rested: (() => void) | undefined;
  #turned = 0;

  constructor(begun: Begun) {
    this.#begun = begun;
    this.ended = begun.ended;
    this.ready.catch(() => undefined); // who waits for it hears it
    begun.hear((said) => this.#hear(said));
    const late = setTimeout(() => {
      this.#ready.reject(new ArmadaError("SANDBOX_FAILED", `the sandbox was not ready within ${START_MS / 1_000} s`, { hint: LOADS }));
      begun.kill();
    }, START_MS);
    void begun.ended.then((how) => {
      clearTimeout(late);
      this.#alive = false;
      this.#ready.reject(new ArmadaError("SANDBOX_FAILED", `the sandbox ended before it was ready: ${how}`, { hint: LOADS }));
      this.#call?.result.reject(lost(this.#call.agent, how));
      this.#rested?.();
    });
    void this.ready.then(
      () => clearTimeout(late),
      () => undefined,
    );
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** @throws ArmadaError `SANDBOX_ENDED` where it ends meanwhile, the reason of `signal`, and what the call throws */
  async call(given: GivenCall, services: CallServices, signal: AbortSignal): Promise<unknown> {
    const n = ++this.#calls;
    const call: Call = { n, agent: given.agent, services, told: new Map(), result: Promise.withResolvers(), over: false };
    this.#call = call;
    const abort = (): void => {
      this.#begun.tell({ type: "abort", call: n, error: this.#wire(call, signal.reason) });
      call.result.reject(signal.reason);
    };
    if (!this.#alive) throw lost(given.agent, "it had ended before");
    this.#begun.tell({ type: "call", call: n, given });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    try {
      return await call.result.promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Resolves once the loop has not turned for three seconds of the call at work, in which this one turned. */
  held(over: AbortSignal): Promise<void> {
    this.#turned = 0;
    return new Promise((resolve) => {
      const looking = setInterval(() => {
        this.#turned += LOOK_MS;
        if (this.#turned < HELD_MS) return;
        clearInterval(looking);
        resolve();
      }, LOOK_MS);
      over.addEventListener("abort", () => clearInterval(looking), { once: true });
    });
  }

  /** Waits for the call to be over in there as well. Answers whether the sandbox can have another one. */
  async rest(): Promise<boolean> {
    if (!this.#alive) return false;
    if (this.#call === undefined || this.#call.over) return true;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, REST_MS);
      this.#rested = () => {
        clearTimeout(late);
        resolve();
      };
    });
    return this.#alive && this.#call.over;
  }

  end(): void {
    this.#begun.kill();
  }

  #hear(heard: unknown): void {
    const parsed = Said.safeParse(heard);
    const call = this.#call;
    if (!parsed.success) {
      call?.result.reject(lost(call.agent, "it said something that no sandbox says"));
      return this.#begun.kill();
    }
    const said = parsed.data;
    if (said.type === "ready") return this.#ready.resolve();
    this.#turned = 0;
    if (said.type === "turn" || call === undefined || said.call !== call.n) return;
    switch (said.type) {
      case "completed":
      case "failed":
        call.over = true;
        if (said.type === "completed") call.result.resolve(said.output);
        else
          call.result.reject(
            said.error.ref !== undefined && call.told.has(said.error.ref) ? call.told.get(said.error.ref) : fromWire(said.error),
          );
        return this.#rested?.();
      default:
        return void this.#answer(call, said);
    }
  }

  async #answer(call: Call, asked: Asked): Promise<void> {
    const about = { call: call.n, n: asked.n };
    try {
      this.#begun.tell({ type: "answer", ...about, value: await answerOf(call.services, asked) });
    } catch (error) {
      this.#begun.tell({ type: "refuse", ...about, error: this.#wire(call, error) });
    }
  }

  #wire(call: Call, error: unknown): ReturnType<typeof toWire> {
    const ref = call.told.size + 1;
    call.told.set(ref, error);
    return toWire(error, ref);
  }
}

const LOADS = "a sandbox loads the service's main, as a replica does: see what the team's log says before this";

function lost(agent: string, how: string): ArmadaError {
  return new ArmadaError("SANDBOX_ENDED", `what agent ${agent} ran in ended: ${how}`);
}

function answerOf(services: CallServices, asked: Asked): Promise<unknown> {
  switch (asked.type) {
    case "ask":
      return services.ask({ ...(asked.question as unknown as Parameters<CallServices["ask"]>[0]), schema: readBy(asked) });
    case "recorded":
      return services.recorded(asked.tool, asked.nth);
    case "record":
      return services.record(asked.tool, asked.nth, asked.output);
    case "get":
      return services.getObject(asked.digest);
    case "put":
      return services.putObject(asked.bytes);
    default:
      return asked satisfies never;
  }
}
