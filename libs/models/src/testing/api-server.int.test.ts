import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { z } from "zod";
import { anthropicModels } from "../anthropic.ts";
import { readApiLog } from "./index.ts";

const here = import.meta.dirname;

test("as a process it says where it serves, answers, counts what it gave, and ends on SIGTERM", async () => {
  const folder = mkdtempSync(join(tmpdir(), "armada-api-"));
  const log = join(folder, "api.jsonl");
  const script = join(here, "scripts", "content-paraphrase.ts");
  const flags = ["--script", script, "--log", log, "--delay", "10", "--faults", '{"overloaded":1}'];
  const child = spawn(process.execPath, [join(here, "api-server.main.ts"), ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
    const { url } = z.object({ type: z.literal("ready"), url: z.url() }).parse(await next());
    const models = anthropicModels({ apiKey: "k", baseURL: url, modelOf: () => "claude-haiku-5-5" });
    const call = models.call({ tier: "worker", task: "summarize", material: [], schema: z.object({}) }, new AbortController().signal);
    await expect(call).rejects.toMatchObject({ code: "MODEL_OVERLOADED" });
    child.kill("SIGTERM");
    expect(await next()).toMatchObject({ type: "stopped", requests: 1, answered: 0, faults: { overloaded: 1 } });
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(0);
    expect(readApiLog(log).map(({ outcome }) => outcome)).toEqual(["open", "overloaded"]);
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
