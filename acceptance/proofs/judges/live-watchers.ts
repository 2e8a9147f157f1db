import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { environment, type MeshFile, owned, type Place } from "../harness/product.ts";

const Text = z.object({ n: z.number(), attempt: z.number(), call: z.number(), seq: z.number(), text: z.string() });
const Restarted = z.object({ n: z.number(), attempt: z.number() });
const Result = z.looseObject({ status: z.string() });

/** What one watcher of a run has been told. */
export type Watcher = {
  readonly name: string;
  /** Of a step: what was said since it began, or began again; in the order of those. Undefined where a piece is missing. */
  texts(n: number): (string | undefined)[];
  /** Attempts for which the step was said to begin again. */
  restarts(n: number): number[];
  /** The run's status, as the last line or event says it; rejects where there is none. */
  readonly ended: Promise<string>;
};

/** Keeps what is told, kind by kind. */
function record(name: string, ended: Promise<string>): Watcher & { tell(kind: string, data: unknown): void } {
  const pieces: z.infer<typeof Text>[][] = [[]];
  const again: z.infer<typeof Restarted>[] = [];
  return {
    name,
    ended,
    tell: (kind, data) => {
      if (kind === "restarted") {
        again.push(Restarted.parse(data));
        pieces.push([]);
      } else if (kind === "text") pieces.at(-1)?.push(Text.parse(data));
    },
    restarts: (n) => again.filter((one) => one.n === n).map(({ attempt }) => attempt),
    texts: (n) =>
      pieces.map((list) => {
        const own = list.filter((piece) => piece.n === n);
        const whole = own.every(({ seq, call, attempt }, i) => seq === i && call === 1 && attempt === own[0]?.attempt);
        return whole ? own.map(({ text }) => text).join("") : undefined;
      }),
  };
}

/** `armada runs watch --json`, as a process of its own. */
export function watchByCommand(run: string, at: Place): Watcher {
  const args = [join(at.root, "libs/cli/src/main.ts"), "runs", "watch", run, "--json"];
  const child = owned(spawn(process.execPath, args, { cwd: at.cwd, env: environment(at), stdio: ["ignore", "pipe", "inherit"] }));
  let last: unknown;
  const ended = new Promise<string>((resolve, reject) =>
    child.once("close", (code) => {
      const result = Result.safeParse(last);
      if (code === 0 && result.success) resolve(result.data.status);
      else reject(new Error(`runs watch ended with ${code}, its last line ${JSON.stringify(last)}`));
    }),
  );
  ended.catch(() => undefined); // whoever judges awaits it
  const told = record("command", ended);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const parsed = z.looseObject({ type: z.string().optional() }).parse(JSON.parse(line));
    last = parsed;
    told.tell(parsed.type ?? "", parsed);
  });
  return told;
}

/** The gateway's feed of the run. */
export async function watchByFeed(run: string, mesh: Pick<MeshFile, "gateway" | "key">): Promise<Watcher> {
  const response = await fetch(`${mesh.gateway}/v1/runs/${run}?text=1`, {
    headers: { authorization: `Bearer ${mesh.key}`, accept: "text/event-stream" },
  });
  if (!response.ok || response.body === null) throw new Error(`the feed is answered ${response.status}: ${await response.text()}`);
  const end = Promise.withResolvers<string>();
  end.promise.catch(() => undefined);
  const told = record("feed", end.promise);
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    let rest = "";
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const frames = `${rest}${text}`.split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const kind = /^event: (.*)$/m.exec(frame)?.[1] ?? "";
        const data: unknown = JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? "null");
        if (kind === "end") end.resolve(Result.parse(data).status);
        else told.tell(kind, data);
      }
    }
    end.reject(new Error("the feed ended without an end"));
  };
  read(response.body).catch((error: unknown) => end.reject(error instanceof Error ? error : new Error(String(error))));
  return told;
}
