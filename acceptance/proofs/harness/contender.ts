import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { environment, owned, type Place } from "./product.ts";

const Ready = z.object({ type: z.literal("ready"), gateway: z.string(), nats: z.string(), key: z.string() });
const Refused = z.object({ type: z.literal("error"), code: z.string() });

/** An `armada up` that may be refused. */
export type Contender = {
  readonly child: ChildProcess;
  /** Resolves once it has ended. */
  readonly gone: Promise<void>;
  /** What it says when it serves; undefined before, and where it was refused. */
  ready(): z.infer<typeof Ready> | undefined;
  /** `ready`, the code of its refusal or how it ended; undefined while it is neither. */
  settled(): string | undefined;
};

export function contend(args: readonly string[], at: Place): Contender {
  const child = owned(
    spawn(process.execPath, [join(at.root, "libs/cli/src/main.ts"), "up", "--json", ...args], {
      cwd: at.cwd,
      env: environment(at),
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.resume();
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const first = (): unknown => (out.includes("\n") ? JSON.parse(out.slice(0, out.indexOf("\n"))) : undefined);
  const ready = (): z.infer<typeof Ready> | undefined => Ready.safeParse(first()).data;
  return {
    child,
    gone,
    ready,
    settled: () => {
      if (child.exitCode !== null || child.signalCode !== null)
        return Refused.safeParse(first()).data?.code ?? `ended by ${child.signalCode ?? child.exitCode}`;
      return ready() === undefined ? undefined : "ready";
    },
  };
}
