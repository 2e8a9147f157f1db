import { readFile } from "node:fs/promises";
import { ArmadaError } from "@armada/contracts";
import { readScript, startModelServer } from "@armada/models/testing";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";

export type ModelServerFlags = { readonly script: string; readonly port?: string };

/**
 * Answers as a provider of models would, from a script, until SIGINT or SIGTERM; on loopback alone. Ends with `failed` where a request
 * found no answer. @throws ArmadaError `USAGE`, `FILE_UNREADABLE`, `SCRIPT_INVALID`
 */
export async function modelServerCommand({ script: file, port }: ModelServerFlags, out: Output): Promise<number> {
  const script = readScript(await textOf(file), file);
  await using server = await startModelServer({
    script,
    port: portOf(port),
    heard: ({ model, answer, status }) => {
      out.emit({ type: "model-request", model, status, ...(answer === undefined ? {} : { answer }) });
      out.say(`${model}: ${answer ?? "no answer fits"} (${status})`);
    },
  }).catch((cause: unknown) => {
    throw new ArmadaError("USAGE", `--port ${port}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: "name a port that is free, or leave it out",
    });
  });
  const { url } = server;
  out.emit({ type: "model-server", url });
  out.say(`the model server answers at ${url}; Ctrl-C ends it`);
  out.say(`  ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=${script.keys?.[0] ?? "test"}`);
  out.say(`  OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=${script.keys?.[0] ?? "test"}`);
  // Not `once`: a Ctrl-C may come by the terminal and by who started this.
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
  const { requests, unmatched } = server.counts;
  out.emit({ type: "model-requests", requests, unmatched });
  out.say(`${requests} requests, ${unmatched} without an answer`);
  return unmatched === 0 ? EXIT.ok : EXIT.failed;
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text ?? 0);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ArmadaError("USAGE", `--port ${text} is no port`, { hint: "write a whole number up to 65535" });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new ArmadaError("FILE_UNREADABLE", `--script ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: "--script FILE names a script in YAML or JSON",
    });
  }
}
