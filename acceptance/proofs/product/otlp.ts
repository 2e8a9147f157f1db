import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { here } from "../harness/product.ts";

const Ready = z.object({ type: z.literal("ready"), url: z.string() });
const Span = z.object({
  service: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  /** Empty for the root of a trace. */
  parentSpanId: z.string(),
  name: z.string(),
  attributes: z.record(z.string(), z.unknown()),
});
export type Span = z.infer<typeof Span>;

/** An OTLP receiver in another process. */
export type Receiver = AsyncDisposable & { readonly env: Readonly<Record<string, string>>; spans(): Span[] };

export async function startReceiver(folder: string): Promise<Receiver> {
  const file = join(folder, "spans.jsonl");
  const child = spawn(process.execPath, [join(here, "acceptance/proofs/product/otlp.main.ts"), "--file", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { url } = Ready.parse(JSON.parse(String(first.value)));
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url },
    spans: () =>
      readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => Span.parse(JSON.parse(line))),
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}
