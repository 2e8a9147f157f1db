import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** How one command ended; `output` is what it wrote to both streams, in order of arrival. */
export type Ended = { readonly ok: boolean; readonly output: string };

/** Runs a program of node_modules/.bin, or `node`, in the repository's root. `deadline` in milliseconds; `env` besides this process's. */
export function command(
  program: string,
  args: readonly string[],
  deadline = 120_000,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [file, before] = program === "node" ? [process.execPath, []] : [`${root}node_modules/.bin/${program}`, []];
  return new Promise((resolve) => {
    const child = spawn(file, [...before, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: deadline,
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ ok: false, output: `${program}: ${error.message}` }));
    child.on("close", (code, signal) => {
      if (signal !== null) output += `\n${program} was ended by ${signal} (deadline ${deadline / 1000} s)\n`;
      resolve({ ok: code === 0, output });
    });
  });
}
