import type { Clock } from "@armada/event-sourcing";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { CallCost, EarlierCall, LaneNotes, Meter, ModelRequest, Models } from "../port.ts";
import { anthropicBatches } from "../providers/anthropic/batches.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../testing/index.ts";
import { batchLane } from "./lane.ts";

const Note = z.object({ note: z.string() });
const ask = (n: number | string): ModelRequest<z.infer<typeof Note>> => ({
  tier: "worker",
  task: "note",
  prompt: `Write note ${n}.`,
  material: [],
  schema: Note,
  maxTokens: 100,
});
const never = new AbortController().signal;
/** Real time, in which nothing waits long. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, Math.min(ms, 30));
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const script: ApiServerOptions["script"] = (_task, { prompt }) => (prompt.includes("bad") ? { no: 1 } : { note: prompt });
  const server = await startApiServer({ script, batchMs: 20, ...options });
  open.push(server);
  return server;
}

/** What outlives a process: draws, where they were submitted, and what they cost. */
class Journal implements LaneNotes, Meter {
  readonly draws = new Map<string, EarlierCall & { asked: string }>();
  readonly costs = new Map<string, CallCost>();
  readonly #given = new Set<string>();
  readonly #name: string;

  constructor(name = "call") {
    this.#name = name;
  }

  draw: Meter["draw"] = ({ asked = "" }) => {
    const call = `${this.#name}${this.draws.size + 1}`;
    this.draws.set(call, { call, asked, drawnAt: Date.now() });
    this.#given.add(call);
    return Promise.resolve(call);
  };
  settle(call: string, cost: CallCost): void {
    this.costs.set(call, cost);
  }
  earlier(asked: string): EarlierCall | undefined {
    const found = [...this.draws.values()].find((one) => one.asked === asked && !this.#given.has(one.call));
    if (found !== undefined) this.#given.add(found.call);
    return found;
  }
  submitted(call: string, batch: string): Promise<void> {
    const draw = this.draws.get(call);
    if (draw !== undefined) this.draws.set(call, { ...draw, batch });
    return Promise.resolve();
  }
  /** As the next process finds it. */
  restarted(withBatches: boolean): Journal {
    const next = new Journal(this.#name);
    for (const [call, { batch, ...draw }] of this.draws)
      next.draws.set(call, { ...draw, ...(withBatches && batch !== undefined ? { batch } : {}) });
    return next;
  }
}

/** A process with a lane, and what it notes; ended by `end`. */
function process(server: ApiServer, journal = new Journal()) {
  const over = new AbortController();
  const batches = anthropicBatches({ apiKey: "k", baseURL: server.url, modelOf: () => "claude-haiku-5-5" });
  const lane = batchLane({ clock, batches: () => batches, gatherMs: 30, pollMs: 10, signal: over.signal });
  const inner: Models = { call: () => Promise.reject(new Error("asked by itself")) };
  const models = lane.adopting(lane.submitting(inner));
  open.push({ [Symbol.asyncDispose]: () => Promise.resolve(over.abort(new Error("over"))) });
  return {
    journal,
    call: (n: number | string, signal = never) =>
      models.call(ask(n), signal, { lane: "batch", meter: journal, notes: journal }).then(
        ({ value }) => value.note,
        (error: { code?: string }) => error.code ?? "?",
      ),
    end: () => over.abort(new Error("killed")),
  };
}
const billed = (server: ApiServer): string[] =>
  server.log.flatMap(({ event, billed: paid, call }) => (event === "end" && paid ? [call ?? "?"] : [])).toSorted();
const arrived = (server: ApiServer): number => new Set(server.log.map(({ batch }) => batch)).size;

describe("the batch lane", () => {
  test("submits what gathers as one batch, in which a bad request fails alone", async () => {
    const server = await start();
    const { call, journal } = process(server);
    const answers = await Promise.all([1, 2, "bad", 3].map((n) => call(n)));
    expect(answers).toEqual(["Write note 1.", "Write note 2.", "MODEL_ANSWER_INVALID", "Write note 3."]);
    expect([arrived(server), billed(server)]).toEqual([1, ["call1", "call2", "call3", "call4"]]);
    expect([...journal.costs.values()].map(({ kind }) => kind)).toEqual(["billed", "billed", "billed", "billed"]);
    expect([...journal.draws.values()].every(({ batch }) => batch !== undefined)).toBe(true);
  });

  test.each([true, false])("is gone on with by another process (batch noted: %s), and nothing is billed twice", async (noted) => {
    const server = await start({ batchMs: 150 });
    const first = process(server);
    void first.call(1);
    void first.call(2);
    await expect.poll(() => server.log.length).toBeGreaterThan(1);
    first.end();
    const second = process(server, first.journal.restarted(noted));
    expect(await Promise.all([second.call(1), second.call(2)])).toEqual(["Write note 1.", "Write note 2."]);
    expect([arrived(server), billed(server)]).toEqual([1, ["call1", "call2"]]);
    expect(second.journal.costs.get("call1")).toMatchObject({ kind: "billed" });
  });

  test("submits under the same call what was drawn and never submitted", async () => {
    const server = await start();
    const other = process(server);
    expect(await other.call("other")).toBe("Write note other.");
    const drawn = process(server, new Journal("own"));
    void drawn.call(7, AbortSignal.abort(new Error("killed")));
    await expect.poll(() => drawn.journal.draws.size).toBe(1);
    const next = process(server, drawn.journal.restarted(true));
    expect(await next.call(7)).toBe("Write note 7.");
    expect([next.journal.draws.size, billed(server)]).toEqual([1, ["call1", "own1"]]);
  });

  test("finds what was submitted and not answered", async () => {
    const server = await start({ faults: { timeout: 1, holdMs: 20 } });
    const { call } = process(server);
    expect(await call(1)).toBe("Write note 1.");
    expect([arrived(server), billed(server)]).toEqual([1, ["call1"]]);
  });

  test("of an expired batch each fails, may be tried again, and is free", async () => {
    const server = await start({ batchExpire: true });
    const { call, journal } = process(server);
    expect(await call(1)).toBe("MODEL_BATCH_ENDED");
    expect([journal.costs.get("call1"), billed(server)]).toEqual([{ kind: "free" }, []]);
  });

  test("frees a call that was given up before it was sent, and settles one later that was given up after", async () => {
    const server = await start({ batchMs: 100 });
    const { call, journal } = process(server);
    const early = new AbortController();
    const asked = call(1, early.signal);
    await expect.poll(() => journal.draws.size, { interval: 1 }).toBe(1);
    early.abort(new Error("enough"));
    await asked;
    expect([journal.costs.get("call1"), server.log]).toEqual([{ kind: "free" }, []]);
    const late = new AbortController();
    const sent = call(2, late.signal);
    await expect.poll(() => journal.draws.get("call2")?.batch).toBeDefined();
    late.abort(new Error("enough"));
    expect(await sent).toBe("?");
    expect(journal.costs.has("call2")).toBe(false);
    await expect.poll(() => journal.costs.get("call2")).toMatchObject({ kind: "billed" });
  });

  test("asks as any other call where the provider has no batches", async () => {
    const models: Models = { call: () => Promise.reject(new Error("asked by itself")) };
    const lane = batchLane({ clock, batches: () => undefined, gatherMs: 1, pollMs: 1, signal: never });
    const notes = new Journal();
    const made = lane.adopting(lane.submitting(models)).call(ask(1), never, { lane: "batch", meter: notes, notes });
    await expect(made).rejects.toThrow("asked by itself");
  });
});
