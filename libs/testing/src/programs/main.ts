import { commandFlags } from "../command-flags.ts";
import { Coverage } from "./coverage.ts";
import { draw } from "./drawing/draw.ts";
import { LEFT_OUT } from "./drawing/known.ts";
import { judge } from "./judging/judge.ts";
import { judgeAll, seeds } from "./pool.ts";
import { printed } from "./printed.ts";
import { kindOf, shrink } from "./shrink.ts";

const USAGE = "npm run sim -- --programs N [--seed S] [--json] [--trace] [--coverage] [--first-red]";

const { values } = commandFlags(
  {
    options: {
      programs: { type: "string", default: "1000" },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
      coverage: { type: "boolean", default: false },
      "first-red": { type: "boolean", default: false },
    },
  },
  USAGE,
);
const programs = Number(values.programs);
/** Drawn unless said: a run that always begins at the same place sees the same programs. */
const from = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

/** What 20,000 may take on two cores, in seconds, and from how many on a run is judged by it. */
const LONGEST_S = 600;
const FULL = 20_000;

if (Number.isInteger(programs) && programs > 0 && Number.isInteger(from)) process.exitCode = await main();
else {
  console.error(USAGE);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  let failed = false;
  const figure = (name: string, value: number, target: string, ok: boolean, detail?: string): void => {
    failed ||= !ok;
    if (values.json) console.log(JSON.stringify({ name, value, target, ok, ...(detail === undefined ? {} : { detail }) }));
    else console.log(`${ok ? "ok    " : "FAILED"} ${name} = ${value} (${target})${detail === undefined ? "" : `: ${detail}`}`);
  };
  console.error(`  ${programs} programs from seed ${from}`);
  const began = performance.now();
  const red: number[] = [];
  const kinds = new Map<string, number>();
  const coverage = new Coverage();
  let done = 0;
  let messages = 0;
  let deaths = 0;
  await judgeAll(seeds(from, programs), ({ seed, failures, covered, ...counts }) => {
    done++;
    messages += counts.messages;
    deaths += counts.deaths;
    coverage.add(covered);
    if (!values.json && done % 2_000 === 0) console.error(`  ${done} programs, ${red.length} red`);
    if (failures.length === 0) return true;
    red.push(seed);
    const kind = kindOf(failures) ?? "";
    const times = (kinds.get(kind) ?? 0) + 1;
    kinds.set(kind, times);
    if (times <= 2)
      console.error(
        `  seed ${seed}: ${failures.slice(0, 2).join("\n    ").slice(0, 600)}\n    npm run sim -- --programs 1 --seed ${seed} --trace`,
      );
    return !values["first-red"];
  });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const [first] = red.toSorted((a, b) => a - b);
  if (first !== undefined) await explain(first);
  if (values.coverage) console.error(coverage.table());
  figure("programs", done, "any", true, `from seed ${from}`);
  figure(
    "red programs",
    red.length,
    "0",
    red.length === 0,
    red.length === 0
      ? undefined
      : [...kinds]
          .map(([kind, times]) => `${times} × ${kind}`)
          .join(" | ")
          .slice(0, 600),
  );
  if (first !== undefined) figure("first red seed", first, "none", false);
  figure("messages", messages, "any", true);
  figure("replicas killed", deaths, "any", true);
  const holes = coverage.holes();
  figure(
    "cells of the coverage without a call",
    holes.length,
    done < FULL ? "any" : "0",
    done < FULL || holes.length === 0,
    holes.slice(0, 12).join(", "),
  );
  figure("seconds", seconds, done < FULL ? "any" : `< ${(LONGEST_S * done) / FULL}`, done < FULL || seconds < (LONGEST_S * done) / FULL);
  return failed ? 1 : 0;
}

/** The smallest form of a red program, as a test; with `--trace` what it journaled. */
async function explain(seed: number): Promise<void> {
  if (values["first-red"] && values.json) return;
  const { smallest, failures, tries } = await shrink(draw(seed, LEFT_OUT));
  console.error(`\n// The smallest form of the program of seed ${seed}, found in ${tries} tries:\n${printed(smallest, failures)}`);
  if (values.trace) console.error((await judge(smallest)).journal());
}
