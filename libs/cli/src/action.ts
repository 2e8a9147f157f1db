import { ArmadaError, knowSecrets, redact, redactValues } from "@armada/contracts";
import type { Session } from "@armada/operations/mesh/session";
import { secretValues } from "@armada/runtime/process-secrets";
import { strikeOutput } from "@armada/runtime/struck-output";
import { EXIT, exitCodeOf, explain, inWords } from "./exit.ts";
import { type Output, output } from "./output.ts";

// A reader that has seen enough (`| head`) is no error, a terminal that was closed must not keep a mesh from draining, and a mesh
// whose output is kept on a disk that is full goes on without it.
const serves = process.argv[2] === "up" || process.argv[2] === "dev";
for (const stream of [process.stdout, process.stderr])
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EIO" && !(code === "ENOSPC" && serves)) process.exit(code === "EPIPE" ? EXIT.ok : EXIT.failed);
  });

// What a command was given to work with, it prints nowhere; what is said beside the answer, errors above all, has no key of anybody's.
knowSecrets(secretValues(process.env, {}));
strikeOutput(process.stdout, redactValues);
strikeOutput(process.stderr, redact);

/** What every command takes. */
type Common = { readonly json?: boolean; readonly mesh?: string };

/** A command that prints; ends the process with its code. */
export function withoutSession<A extends unknown[]>(
  act: (out: Output, ...args: A) => Promise<number>,
): (...args: [...A, Common]) => Promise<void> {
  return (...args) => {
    const out = output(flagsOf(args).json === true);
    return guard(out, () => act(out, ...(args as unknown as A)));
  };
}

/** The same with a session on the running mesh. `check` sees the flags before there is one. */
export function withSession<A extends unknown[]>(
  act: (session: Session, out: Output, signal: AbortSignal, ...args: A) => Promise<number>,
  check: (...args: A) => void | Promise<void> = () => undefined,
): (...args: [...A, Common]) => Promise<void> {
  return withoutSession<A>(async (out, ...args) => {
    await check(...args);
    const { openSession } = await import("@armada/operations/mesh/session");
    const session = await openSession(flagsOf(args).mesh, complain);
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    try {
      return await act(session, out, stop.signal, ...args);
    } finally {
      await session.close();
    }
  });
}

/** What commander read, among what it hands to a command: its arguments before, itself behind. */
function flagsOf(args: readonly unknown[]): Common {
  return args.find((arg): arg is Common => typeof arg === "object" && arg !== null && !Array.isArray(arg)) ?? {};
}

async function guard(out: Output, act: () => Promise<number>): Promise<void> {
  try {
    const code = await act();
    await printed();
    process.exit(code);
  } catch (thrown) {
    const error = inWords(thrown);
    const code = error instanceof ArmadaError ? error.code : "UNEXPECTED";
    const hint = error instanceof ArmadaError && error.hint !== undefined ? { hint: error.hint } : {};
    out.emit({ type: "error", code, message: redact(error instanceof Error ? error.message : String(error)), ...hint });
    process.stderr.write(`${explain(error)}\n`);
    await printed();
    process.exit(exitCodeOf(code));
  }
}

/** A pipe holds 64 KiB: what its reader has not taken by then would be lost with the process. */
function printed(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write("", () => resolve()));
}

const complain = (line: string): void => void process.stderr.write(`${line}\n`);
