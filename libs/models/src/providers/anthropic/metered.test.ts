import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { CallCost, ModelRequest } from "../../port.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../testing/index.ts";
import { recordingMeter } from "../../testing/recording-meter.ts";
import { anthropicModels } from "./models.ts";

const Note = z.object({ note: z.string() });
const request: ModelRequest<z.infer<typeof Note>> = {
  tier: "worker",
  task: "note",
  prompt: "Write a note.",
  material: [{ name: "source", text: "Übermorgen 東京 🚀 ".repeat(40) }],
  schema: Note,
  maxTokens: 500,
};
const never = new AbortController().signal;

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: () => ({ note: "a note of some length" }), ...options });
  servers.push(server);
  return server;
}
const at = (url: string, fetch?: typeof globalThis.fetch) =>
  anthropicModels({ apiKey: "k", baseURL: url, modelOf: () => "claude-haiku-5-5", ...(fetch === undefined ? {} : { fetch }) });

describe("a call is drawn before and settled after", () => {
  test("as the provider billed it, under the id that was drawn", async () => {
    const server = await start();
    const ids: (string | null)[] = [];
    const seen: typeof fetch = (input, init) => {
      ids.push(new Headers(init?.headers).get("x-armada-call"));
      return fetch(input, init);
    };
    const meter = recordingMeter();
    const answer = await at(server.url, seen).call(request, never, { meter });
    expect(ids).toEqual(["c1"]);
    const tokens = answer.usage.inputTokens + answer.usage.outputTokens;
    expect(meter.drawn.get("c1")).toMatchObject({ tier: "worker", model: "claude-haiku-5-5" });
    expect(meter.settled.get("c1")).toEqual({
      kind: "billed",
      model: "claude-haiku-5-5",
      usage: answer.usage,
      amount: { micros: server.log.at(-1)?.costMicros, tokens },
      priced: "2026-10-07",
    });
  });

  test.each([
    ["rateLimited", "free"],
    ["overloaded", "free"],
    ["brokenStream", "unknown"],
    ["truncatedJson", "billed"],
  ] as const)("when it ends by %s, as %s", async (fault, kind) => {
    const server = await start({ faults: { [fault]: 1 } });
    const meter = recordingMeter();
    await expect(at(server.url).call(request, never, { meter })).rejects.toThrow();
    expect([...meter.settled.values()].map((cost) => cost.kind)).toEqual([kind]);
    const billed = server.log.at(-1);
    const settled = meter.settled.get("c1");
    if (settled?.kind === "billed") expect(settled.amount.micros).toBe(billed?.costMicros);
    if (kind === "free") expect(billed?.billed).toBe(false);
    expect(billed?.costMicros).toBeLessThanOrEqual(meter.drawn.get("c1")?.ceiling.micros ?? 0);
  });

  test("as free where nobody listens, the key is refused or the model unknown", async () => {
    const refused = await start({ keys: ["another"] });
    const unknown = await start({ models: ["claude-opus-5-5"] });
    const gone = await start();
    await gone[Symbol.asyncDispose]();
    for (const url of [gone.url, refused.url, unknown.url]) {
      const meter = recordingMeter();
      await expect(at(url).call(request, never, { meter })).rejects.toThrow();
      expect([...meter.settled.values()], url).toEqual([{ kind: "free" }]);
    }
  });

  test.each([
    ["in a silence that is billed", { faults: { timeout: 1 } }],
    ["in the middle of the answer", { pieceMs: 60_000 }],
  ])("as unknown when it is given up %s", async (_when, options) => {
    const server = await start(options);
    const meter = recordingMeter();
    const stop = new AbortController();
    const call = at(server.url).call(request, stop.signal, { meter });
    await expect.poll(() => server.log.length).toBeGreaterThan(0);
    stop.abort(new Error("no time left"));
    await expect(call).rejects.toThrow("no time left");
    expect(meter.settled.get("c1")?.kind).toBe("unknown");
  });

  test("as free when it is given up while it is drawn, and is not made", async () => {
    const server = await start();
    const stop = new AbortController();
    const meter = recordingMeter(() => stop.abort("too late"));
    await expect(at(server.url).call(request, stop.signal, { meter })).rejects.toBe("too late");
    expect([...meter.settled.values()]).toEqual([{ kind: "free" }] satisfies CallCost[]);
    expect(server.log).toEqual([]);
  });

  test("and is not made where the draw forbids it", async () => {
    const server = await start();
    const meter = recordingMeter(() => Promise.reject(new Error("the budget is spent")));
    await expect(at(server.url).call(request, never, { meter })).rejects.toThrow("the budget is spent");
    expect(meter.settled.size).toBe(0);
    expect(server.log).toEqual([]);
  });
});

test("the text of an answer is heard piece by piece, and together is the answer", async () => {
  const server = await start({ pieces: 5 });
  const pieces: string[] = [];
  const answer = await at(server.url).call(request, never, { onText: (piece) => pieces.push(piece) });
  expect(pieces.length).toBe(5);
  expect(JSON.parse(pieces.join(""))).toEqual(answer.value);
  let heard = 0;
  const fails = (): void => {
    heard += 1;
    throw new Error("the watcher is gone");
  };
  expect((await at(server.url).call(request, never, { onText: fails })).value).toEqual(answer.value);
  expect(heard).toBe(1);
});

test("a long beginning that comes again is written once and read then, unless that is switched off", async () => {
  const server = await start();
  const long = { ...request, system: "You read at length. ".repeat(1_000) };
  const meter = recordingMeter();
  const ask = async (models: ReturnType<typeof at>): Promise<number[]> => {
    const costs: number[] = [];
    for (let i = 0; i < 4; i++) costs.push((await models.call({ ...long, prompt: `Note ${i}.` }, never, { meter })).costMicros);
    return costs;
  };
  const [first = 0, second = 0, third = 0, fourth = 0] = await ask(at(server.url));
  expect(second).toBeGreaterThan(first);
  expect(third).toBeLessThan(first / 2);
  expect(fourth).toBe(third);
  const usage = [...meter.settled.values()].map((cost) => (cost.kind === "billed" ? cost.usage : undefined));
  expect(usage.map((one) => [(one?.cacheWriteTokens ?? 0) > 0, (one?.cacheReadTokens ?? 0) > 0])).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [false, true],
  ]);
  const off = anthropicModels({ apiKey: "k", baseURL: server.url, modelOf: () => "claude-haiku-5-5", contextCaching: false });
  expect(new Set(await ask(off))).toEqual(new Set([first]));
});
