import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { listPrices } from "../../pricing/prices.ts";
import type { ApiScript } from "./api-request.ts";
import { startApiServer } from "./api-server.ts";
import { FaultRates } from "./faults.ts";
import { ToldClock } from "./told-clock.ts";

const USAGE = `Messages API server on loopback, with Message Batches, a usage report, and OpenAI's chat completions and embeddings.
  --script FILE     module that exports script(task, request)
  --port N          a free one unless said
  --log FILE        one JSON line per request at its arrival and at its end; a server on the log of another goes on with it
  --delay MS        before each answer
  --pieces N        deltas of a streamed answer, 8 unless said
  --piece-ms MS     between two deltas
  --batch-ms MS     from a batch's creation to its end, 200 unless said
  --batch-expire    batches end with all of their items expired
  --keys A,B        keys accepted; any unless said
  --models A,B      models known; unless said those of the price list, and any on the OpenAI routes
  --prices JSON     rows beside the list prices, micro-dollars per million tokens:
                    [{"model","since","input","output","cacheWrite5m","cacheWrite1h","cacheRead"}]
  --told-clock      the time is what the requests' header x-armada-now says, ms since 1970
  --hold            leave requests unanswered until POST /v1/armada/control {"hold":false}
  --faults JSON     {"seed":1,"rateLimited":0.1,"overloaded":0.1,"timeout":0.1,"brokenStream":0.1,"truncatedJson":0.1,
                    "batchErrored":0.1,"batchExpired":0.1,"retryAfter":1,"holdMs":60000}
Without a key: GET /v1/armada/calls?since=ISO, GET /v1/armada/faults, GET and POST /v1/armada/control
  {"delayMs","pieceMs","batchMs","batchExpire","faults","hold"}.`;

const Milliseconds = z.coerce.number().nonnegative().optional();
const List = z
  .string()
  .transform((names) => names.split(",").filter((name) => name !== ""))
  .optional();
const Rate = z.number().nonnegative();
const Rows = z.array(
  z.strictObject({
    model: z.string(),
    since: z.iso.date(),
    input: Rate,
    output: Rate,
    cacheWrite5m: Rate,
    cacheWrite1h: Rate,
    cacheRead: Rate,
  }),
);
const Flags = z.object({
  script: z.string({ error: "--script is wanted" }),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  log: z.string().optional(),
  delay: Milliseconds,
  pieces: z.coerce.number().int().positive().optional(),
  "piece-ms": Milliseconds,
  "batch-ms": Milliseconds,
  "batch-expire": z.boolean().optional(),
  keys: List,
  models: List,
  prices: z
    .string()
    .transform((text) => Rows.parse(JSON.parse(text)))
    .optional(),
  "told-clock": z.boolean().optional(),
  hold: z.boolean().optional(),
  faults: z
    .string()
    .transform((text) => FaultRates.parse(JSON.parse(text)))
    .optional(),
});
const Module = z.object({ script: z.custom<ApiScript>((value) => typeof value === "function", "exports no function named script") });

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      script: text,
      port: text,
      log: text,
      delay: text,
      pieces: text,
      "piece-ms": text,
      "batch-ms": text,
      "batch-expire": flag,
      keys: text,
      models: text,
      prices: text,
      "told-clock": flag,
      hold: flag,
      faults: text,
    },
  });
  const flags = Flags.parse(values);
  const { script } = Module.parse(await import(pathToFileURL(resolve(flags.script)).href));
  const server = await startApiServer({
    script,
    port: flags.port,
    logFile: flags.log,
    delayMs: flags.delay,
    pieces: flags.pieces,
    pieceMs: flags["piece-ms"],
    batchMs: flags["batch-ms"],
    batchExpire: flags["batch-expire"],
    keys: flags.keys,
    models: flags.models,
    prices: flags.prices === undefined ? undefined : [...listPrices, ...flags.prices],
    clock: flags["told-clock"] === true ? new ToldClock() : undefined,
    hold: flags.hold,
    faults: flags.faults,
  });
  const print = (line: Record<string, unknown>): void => console.log(JSON.stringify(line));
  print({ type: "ready", url: server.url, pid: process.pid });
  const stop = (): void => {
    print({ type: "stopped", ...server.counts, faults: server.faults });
    void server[Symbol.asyncDispose]();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  const unknown = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : unknown ? error.message : error);
  console.error(USAGE);
  process.exitCode = 2;
});
