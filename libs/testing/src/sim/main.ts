import { commandFlags } from "../command-flags.ts";
import { simulateAll } from "./pool.ts";
import { simulate } from "./simulate.ts";

const USAGE = `npm run sim -- [--seeds N] [--seed S] [--json] [--trace] [--first-red]
npm run sim -- --programs N [--seed S] [--json] [--trace] [--coverage] [--first-red]`;

const { values } = commandFlags(
  {
    options: {
      seeds: { type: "string", default: "1000" },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
      "first-red": { type: "boolean", default: false },
    },
  },
  USAGE,
);
const seeds = Number(values.seeds);
/** Drawn unless said: a run that always begins at the same place sees the same schedules. */
const from = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

/** Per 1,000 seeds; fewer than `JUDGED` seeds say too little to be judged. */
const LEAST = {
  crashes: 500,
  isolations: 500,
  sandboxes: 100,
  conflicts: 200,
  staleLoads: 100,
  lostAnswers: 100,
  rivals: 100,
  lateTicks: 100,
} as const;
const NAMES = {
  crashes: "crashes",
  isolations: "isolations",
  sandboxes: "losses of sandboxes",
  conflicts: "conflicts",
  staleLoads: "stale loads",
  lostAnswers: "unavailable after a stored write",
  rivals: "conflicts with a write that is never stored",
  lateTicks: "late ticks",
} as const;
const JUDGED = 200;
const FULL = 5_000;
const LONGEST_S = 600;

if (Number.isInteger(seeds) && seeds > 0 && Number.isInteger(from)) process.exitCode = await sim();
else {
  console.error(USAGE);
  process.exitCode = 2;
}

async function sim(): Promise<number> {
  let failed = false;
  let done = 0;
  const red: number[] = [];
  const totals = new Map<string, number>();
  const figure = (name: string, value: number, target: string, ok: boolean): void => {
    failed ||= !ok;
    if (values.json) console.log(JSON.stringify({ name, value, target, ok }));
    else console.log(`${ok ? "ok    " : "FAILED"} ${name} = ${value} (${target})`);
  };
  console.error(`  ${seeds} seeds from ${from}`);
  const began = performance.now();
  await simulateAll(from, seeds, ({ seed, failures, counts }) => {
    done++;
    for (const [name, times] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + times);
    if (!values.json && done % 1_000 === 0) console.error(`  ${done} seeds, ${red.length} red`);
    if (failures.length === 0) return true;
    red.push(seed);
    if (red.length <= 10)
      console.error(
        `seed ${seed}: ${failures.slice(0, 3).join("\n  ").slice(0, 1_500)}\n  npm run sim -- --seeds 1 --seed ${seed} --trace`,
      );
    return !values["first-red"];
  });
  const seconds = (performance.now() - began) / 1_000;
  if (values.trace) for (const seed of red.slice(0, 1)) console.log((await simulate(seed)).trace());
  figure("seeds", done, "any", true);
  figure("first seed", from, "any", true);
  figure("red seeds", red.length, "0", red.length === 0);
  if (red.length > 0) figure("first red seed", Math.min(...red), "none", false);
  for (const name of ["runs", "steps", "messages"]) figure(name, totals.get(name) ?? 0, "any", true);
  for (const [name, least] of Object.entries(LEAST)) {
    const value = Math.floor(((totals.get(name) ?? 0) * 1_000) / done);
    figure(
      `${NAMES[name as keyof typeof NAMES]} per 1,000 seeds`,
      value,
      done < JUDGED ? "any" : `>= ${least}`,
      done < JUDGED || value >= least,
    );
  }
  const rounded = Math.round(seconds * 10) / 10;
  figure("seconds", rounded, done < FULL ? "any" : `< ${(LONGEST_S * done) / FULL}`, done < FULL || seconds < (LONGEST_S * done) / FULL);
  return failed ? 1 : 0;
}
