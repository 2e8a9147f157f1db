import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { VirtualClock } from "@armada/event-sourcing/testing";
import { NOW_HEADER, readApiLog } from "@armada/models/testing";
import { z } from "zod";
import { FIRST_TOKEN_MS, TOKENS_PER_SECOND } from "./requests.ts";

/** How long a batch takes: most end in less than an hour; source: platform.claude.com/docs/en/build-with-claude/batch-processing, 2026-11. */
const BATCH_MS = 45 * 60_000;
const MAIN = fileURLToPath(new URL("server/api-server.main.ts", import.meta.resolve("@armada/models/testing")));
const SCRIPT = fileURLToPath(new URL("answers.ts", import.meta.url));
const Ready = z.object({ type: z.literal("ready"), url: z.string() });

/** What the provider has written down as billed, read from its log on disk. */
export type Billed = { readonly micros: number; readonly requests: number; readonly byTask: Readonly<Record<string, number>> };

/** The local provider, a process of its own that is told the bench's time with each request. */
export type Provider = AsyncDisposable & {
  readonly url: string;
  /** Over a socket to the server; an answer takes its time by the virtual clock, and that stands still while bytes are on their way. */
  readonly fetch: typeof globalThis.fetch;
  billed(): Billed;
};

export async function startProvider(clock: VirtualClock, logFile: string): Promise<Provider> {
  const args = [MAIN, "--script", SCRIPT, "--log", logFile, "--told-clock", "--batch-ms", String(BATCH_MS), "--pieces", "1"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const orphaned = (): void => void child.kill("SIGKILL");
  process.once("exit", orphaned);
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { url } = Ready.parse(JSON.parse(String(first.value)));
  const asked = async (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<{ response: Response; text: string }> => {
    const headers = new Headers(init?.headers);
    headers.set(NOW_HEADER, String(clock.now()));
    const response = await fetch(input, { ...init, headers });
    return { response, text: await response.text() };
  };
  return {
    url,
    async fetch(input, init) {
      await clock.sleep(FIRST_TOKEN_MS, init?.signal ?? undefined);
      const { response, text } = await clock.standing(asked(input, init));
      const about = { status: response.status, headers: response.headers };
      const first = text.indexOf("\n\n") + 2;
      if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) return new Response(text, about);
      const tokens = Number(/"output_tokens":(\d+)(?!.*"output_tokens")/s.exec(text)?.[1] ?? 0);
      const encoder = new TextEncoder();
      const parts = [text.slice(0, first), text.slice(first)].map((part) => encoder.encode(part));
      const body = new ReadableStream<Uint8Array>({
        async pull(stream) {
          const part = parts.shift();
          if (part === undefined) return stream.close();
          if (parts.length === 0) await clock.sleep((tokens / TOKENS_PER_SECOND) * 1_000);
          stream.enqueue(part);
        },
      });
      return new Response(body, about);
    },
    billed() {
      const ends = readApiLog(logFile).filter(({ event, billed }) => event === "end" && billed);
      const byTask: Record<string, number> = {};
      for (const { task, costMicros } of ends) byTask[task] = (byTask[task] ?? 0) + costMicros;
      return { micros: ends.reduce((sum, { costMicros }) => sum + costMicros, 0), requests: ends.length, byTask };
    },
    async [Symbol.asyncDispose]() {
      process.off("exit", orphaned);
      child.kill("SIGTERM");
      await gone;
    },
  };
}
