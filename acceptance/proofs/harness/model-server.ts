import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { here, owned } from "./product.ts";

const Ready = z.object({ type: z.literal("ready"), url: z.string() });
const Line = z.object({
  at: z.string(),
  event: z.enum(["arrival", "end"]),
  id: z.string(),
  task: z.string(),
  idempotencyKey: z.string().optional(),
  outcome: z.string(),
});
export type ModelCall = z.infer<typeof Line>;

/** The scripted Messages API server, as a process of its own. */
export type ModelServer = AsyncDisposable & {
  /** What a product that is to use it has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests so far, as the server wrote them down. */
  calls(): readonly ModelCall[];
  /** Requests that have arrived and not ended. */
  open(): readonly ModelCall[];
  /** Changes what it does from here on. */
  control(what: Readonly<Record<string, unknown>>): Promise<void>;
  /** The file of its log. */
  readonly log: string;
  /** The faults that it has given, by kind. */
  faults(): Promise<Readonly<Record<string, number>>>;
  /** How requests ended. */
  ended(): readonly ModelCall[];
};

/** `script`: a name under libs/models/src/testing/scripts; `delay`: milliseconds before each answer; `flags`: the server's own. */
export async function startModelServer(folder: string, script: string, delay = 0, flags: readonly string[] = []): Promise<ModelServer> {
  const log = join(folder, `${script}.jsonl`);
  const testing = join(here, "libs/models/src/testing");
  const args = ["--script", join(testing, "scripts", `${script}.ts`), "--log", log, "--delay", String(delay), ...flags];
  const child = owned(
    spawn(process.execPath, [join(testing, "server/api-server.main.ts"), ...args], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { url } = Ready.parse(JSON.parse(String(first.value)));
  const lines = (): ModelCall[] =>
    (existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : []).map((line) => Line.parse(JSON.parse(line)));
  return {
    env: { ANTHROPIC_API_KEY: "prove", ANTHROPIC_BASE_URL: url },
    control: async (what) => {
      const response = await fetch(`${url}/v1/armada/control`, { method: "POST", body: JSON.stringify(what) });
      if (!response.ok) throw new Error(`the model server answers ${response.status}: ${await response.text()}`);
    },
    log,
    faults: async () => z.record(z.string(), z.number()).parse(await (await fetch(`${url}/v1/armada/faults`)).json()),
    calls: () => lines().filter(({ event }) => event === "arrival"),
    ended: () => lines().filter(({ event }) => event === "end"),
    open: () => {
      const all = lines();
      const done = new Set(all.filter(({ event }) => event === "end").map(({ id }) => id));
      return all.filter(({ event, id }) => event === "arrival" && !done.has(id));
    },
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}
