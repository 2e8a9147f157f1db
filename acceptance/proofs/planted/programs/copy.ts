import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));
const LIBS = ["agents", "contracts", "engine", "event-sourcing", "ledger", "models", "testing"] as const;
/** Of one search on two cores under load. */
const DEADLINE_MS = 15 * 60_000;

/** A copy of the libs to change files in, one change at a time. */
export type Copy = Disposable & {
  readonly folder: string;
  /** What stands in a file of this checkout, by its path from the root. */
  text(file: string): string;
  /** Runs `work` with a file of the copy changed. */
  changed<T>(file: string, text: string, work: () => Promise<T>): Promise<T>;
};

export function copyLibs(name: string): Copy {
  const folder = join(root, ".cache", "planted", `${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "node_modules", "@armada"), { recursive: true });
  for (const lib of LIBS) {
    cpSync(join(root, "libs", lib), join(folder, "libs", lib), { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    symlinkSync(join("..", "..", "libs", lib), join(folder, "node_modules", "@armada", lib));
  }
  const text = (file: string): string => readFileSync(join(root, file), "utf8");
  return {
    folder,
    text,
    changed: async (file, put, work) => {
      writeFileSync(join(folder, file), put);
      try {
        return await work();
      } finally {
        writeFileSync(join(folder, file), text(file));
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a search for a red program came to: `tried` programs, the seed of the red one, and why it is red. */
export type Search = { readonly tried: number; readonly seed: number | undefined; readonly why: string };

/** Of a search beside a change: programs that are red without it as well, which tell nothing of it. */
export type SearchBeside = Search & { readonly own: readonly Own[] };
type Own = { readonly seed: number; readonly why: string };

type Line = { readonly name: string; readonly value: number; readonly target: string; readonly ok: boolean; readonly detail?: string };

/** Draws programs in a copy until one is red, `programs` of them at most. */
export async function search({ folder }: Copy, programs: number, seed: number): Promise<Search> {
  const lines = await draws(folder, ["--programs", String(programs), "--seed", String(seed), "--first-red"], () => undefined);
  const line = (name: string): Line | undefined => lines.find((one) => one.name === name);
  return { tried: line("programs")?.value ?? 0, seed: line("first red seed")?.value, why: line("red programs")?.detail ?? "" };
}

/** Looks for a program that is red with a file of the copy changed, and green as the file stands. */
export function searchBeside(copy: Copy, file: string, text: string, programs: number, seed: number): Promise<SearchBeside> {
  return firstOfChange({
    beside: (count, from) => copy.changed(file, text, () => search(copy, count, from)),
    without: (one) => search(copy, 1, one),
    programs,
    seed,
  });
}

/** The first red program that is green `without` the change; from those that are red there too the search goes on. */
export async function firstOfChange(order: {
  readonly beside: (programs: number, seed: number) => Promise<Search>;
  readonly without: (seed: number) => Promise<Search>;
  readonly programs: number;
  readonly seed: number;
}): Promise<SearchBeside> {
  const { beside, without, programs, seed } = order;
  const own: Own[] = [];
  for (let from = seed; from < seed + programs; ) {
    const red = await beside(seed + programs - from, from);
    const tried = from - seed + red.tried;
    if (red.seed === undefined) return { ...red, tried, own };
    const plain = await without(red.seed);
    if (plain.seed === undefined) return { ...red, tried, own };
    own.push({ seed: red.seed, why: plain.why });
    from = red.seed + 1;
  }
  return { tried: programs, seed: undefined, why: "", own };
}

/** Draws programs in a checkout or a copy: its figures. */
export function draws(folder: string, args: readonly string[], say: (line: string) => void): Promise<readonly Line[]> {
  const main = join(folder, "libs/testing/src/programs/main.ts");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args, "--json"], { stdio: ["ignore", "pipe", "pipe"], timeout: DEADLINE_MS });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => {
      errors += chunk;
      say(String(chunk).trimEnd());
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = output
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Line => JSON.parse(line));
      if (lines.length > 0) resolve(lines);
      else reject(new Error(`the programs ended with ${code}: ${errors.slice(-500)}`));
    });
  });
}
