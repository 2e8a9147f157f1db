import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type About, count, type Figure, holds } from "../harness/proof.ts";
import { plantedBugs } from "../planted/engine/bugs.ts";
import { plant } from "../planted/engine/plant.ts";

const SIMULATOR = fileURLToPath(new URL("../../../libs/testing/src/sim/main.ts", import.meta.url));
const SEEDS = { full: 5_000, short: 300 } as const;
const PLANTED_SEEDS = 2_000;
const DEADLINE_MS = 15 * 60_000;

type Line = { readonly name: string; readonly value: number; readonly target: string; readonly ok: boolean };

/** The simulator keeps every promise on all its seeds, was as hostile as it must be, and finds each planted bug. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  yield* counts(short ? SEEDS.short : SEEDS.full, 1 + (seed % 1_000_000), say);
  yield* planted(1, short ? plantedBugs.slice(0, 2) : plantedBugs, say);
}

async function* counts(seeds: number, seed: number, say: About["say"]): AsyncGenerator<Figure> {
  say(`${seeds} seeds from ${seed}`);
  const lines = await simulated(SIMULATOR, ["--seeds", String(seeds), "--seed", String(seed)], say);
  yield holds("the simulator ran", lines.length > 0);
  yield* lines;
}

async function* planted(seed: number, bugs: typeof plantedBugs, say: About["say"]): AsyncGenerator<Figure> {
  for (const bug of bugs) {
    using copy = plant(bug);
    say(`planted: ${bug.name} (rule ${bug.rule})`);
    const lines = await simulated(
      copy.simulator,
      ["--seeds", String(PLANTED_SEEDS), "--seed", String(seed), "--first-red"],
      () => undefined, // what the bug breaks is expected here
    );
    const found = lines.find(({ name }) => name === "first red seed")?.value;
    yield { ...holds(`found: ${bug.name}`, found !== undefined), detail: found === undefined ? "in no seed" : `seed ${found}` };
  }
  using copy = plant(undefined);
  const lines = await simulated(copy.simulator, ["--seeds", "50", "--seed", String(seed)], say);
  yield count("red seeds of a copy without a bug", lines.find(({ name }) => name === "red seeds")?.value ?? -1, 0);
}

function simulated(simulator: string, args: readonly string[], say: About["say"]): Promise<readonly Line[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [simulator, ...args, "--json"], { stdio: ["ignore", "pipe", "pipe"], timeout: DEADLINE_MS });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => say(String(chunk).trimEnd()));
    child.on("error", reject);
    child.on("close", () =>
      resolve(
        output
          .split("\n")
          .filter((line) => line !== "")
          .map((line): Line => JSON.parse(line)),
      ),
    );
  });
}

if (import.meta.main) {
  const say = (line: string): void => console.error(`  ${line}`);
  const figures = process.argv.includes("--planted") ? planted(1, plantedBugs, say) : counts(SEEDS.full, 1, say);
  for await (const figure of figures) {
    console.log(
      process.argv.includes("--json")
        ? JSON.stringify(figure)
        : `${figure.ok ? "ok    " : "FAILED"} ${figure.name} = ${figure.value} (${figure.target}) ${figure.detail ?? ""}`,
    );
    if (!figure.ok) process.exitCode = 1;
  }
}
