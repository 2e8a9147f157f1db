import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type ApiScript, startApiServer } from "./api-server.ts";

const USAGE = `Messages API server on loopback.
  --script FILE   module that exports script(task, request)
  --port N        a free one unless said
  --log FILE      one JSON line per request at its arrival and at its end
  --delay MS      before each answer
  --faults JSON   {"seed":1,"rateLimited":0.1,"overloaded":0.1,"timeout":0.1,"brokenStream":0.1,"truncatedJson":0.1}`;

const Share = z.number().min(0).max(1).optional();
const Faults = z.strictObject({
  seed: z.number().int().optional(),
  rateLimited: Share,
  overloaded: Share,
  timeout: Share,
  brokenStream: Share,
  truncatedJson: Share,
  retryAfter: z.number().nonnegative().optional(),
  holdMs: z.number().nonnegative().optional(),
});
const Flags = z.object({
  script: z.string({ error: "--script is wanted" }),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  log: z.string().optional(),
  delay: z.coerce.number().nonnegative().optional(),
  faults: z
    .string()
    .transform((text) => Faults.parse(JSON.parse(text)))
    .optional(),
});
const Module = z.object({ script: z.custom<ApiScript>((value) => typeof value === "function", "exports no function named script") });

const text = { type: "string" } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { script: text, port: text, log: text, delay: text, faults: text } });
  const flags = Flags.parse(values);
  const { script } = Module.parse(await import(pathToFileURL(resolve(flags.script)).href));
  const server = await startApiServer({
    script,
    port: flags.port ?? 0,
    delayMs: flags.delay ?? 0,
    ...(flags.log === undefined ? {} : { logFile: flags.log }),
    ...(flags.faults === undefined ? {} : { faults: flags.faults }),
  });
  const print = (line: Record<string, unknown>): void => console.log(JSON.stringify(line));
  print({ type: "ready", url: server.url, pid: process.pid });
  const stop = (): void => {
    const answered = server.log.filter((line) => line.outcome === "answered").length;
    print({ type: "stopped", requests: server.log.filter((line) => line.event === "arrival").length, answered, faults: server.faults });
    void server[Symbol.asyncDispose]();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  console.error(USAGE);
  process.exitCode = 2;
});
