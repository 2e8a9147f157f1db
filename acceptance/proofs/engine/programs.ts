import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { draw } from "../../../libs/testing/src/programs/drawing/draw.ts";
import { LEFT_OUT } from "../../../libs/testing/src/programs/drawing/known.ts";
import { printed } from "../../../libs/testing/src/programs/printed.ts";
import { type About, atLeast, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyLibs, draws, root, search, searchBeside } from "../planted/programs/copy.ts";
import { FAULTS } from "../planted/programs/faults.ts";
import { mutants, shown } from "../planted/programs/mutants.ts";

const COUNT = { full: 20_000, short: 500 } as const;
const PLANTED = { full: FAULTS.length, short: 2 } as const;
const PROGRAMS = 2_000;
const MUTANTS = 100;
const LEAST_FOUND = 90;
/** So many of a drawn program's nodes are left at most in the one that is printed. */
const SMALL = 8;

/** Drawn workflows do what a reader of the concepts page expects, and faults of the engine are found by them. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  yield* counts(short ? COUNT.short : COUNT.full, seed, say);
  yield* planted(short ? PLANTED.short : PLANTED.full, seed, say);
  yield* shrunk(say);
  if (!short) yield* found(seed, say);
}

async function* counts(programs: number, seed: number, say: About["say"]): AsyncGenerator<Figure> {
  say(`${programs} programs from seed ${seed}`);
  const lines = await draws(root, ["--programs", String(programs), "--seed", String(seed), "--coverage"], say);
  yield holds("programs were drawn", lines.length > 0);
  yield* lines;
}

async function* planted(faults: number, seed: number, say: About["say"]): AsyncGenerator<Figure> {
  using copy = copyLibs("faults");
  const alsoRed = new Set<number>();
  for (const { name, file, from, to } of FAULTS.slice(0, faults)) {
    say(`planted: ${name}`);
    const text = copy.text(file).split(from).join(to);
    const red = await searchBeside(copy, file, text, PROGRAMS, seed);
    yield {
      ...holds(`found: ${name}`, red.seed !== undefined),
      detail: red.seed === undefined ? `in none of ${red.tried}` : `seed ${red.seed} after ${red.tried}: ${red.why}`,
    };
    for (const own of red.own) alsoRed.add(own.seed);
  }
  yield none("seeds red without the planted fault as well", [...alsoRed].map(String));
}

/** A red program in its smallest form, as a test: beside the fault it fails, without it passes. */
async function* shrunk(say: About["say"]): AsyncGenerator<Figure> {
  const [fault] = FAULTS;
  if (fault === undefined) return;
  using copy = copyLibs("shrunk");
  const test = join(copy.folder, "libs/testing/src/programs/shrunk.test.ts");
  const { shrink } = await import(join(copy.folder, "libs/testing/src/programs/shrink.ts"));
  const text = copy.text(fault.file).split(fault.from).join(fault.to);
  const fails = await copy.changed(fault.file, text, async () => {
    const { seed } = await search(copy, PROGRAMS, 1);
    if (seed === undefined) return undefined;
    const { smallest, failures } = await shrink(draw(seed, LEFT_OUT));
    writeFileSync(test, printed(smallest, failures));
    say(printed(smallest, failures));
    return { code: testOf(copy.folder), nodes: JSON.stringify(smallest.body).split('"at":').length - 1 };
  });
  yield atMostNodes(fails?.nodes ?? Number.POSITIVE_INFINITY);
  yield count("the printed test beside its fault fails, with code", fails?.code ?? 0, 1);
  yield count("and without the fault passes, with code", testOf(copy.folder), 0);
}

function atMostNodes(nodes: number): Figure {
  return { name: "nodes of a program that was shrunk", value: nodes, target: `<= ${SMALL}`, ok: nodes <= SMALL };
}

function testOf(folder: string): number {
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", folder, "libs/testing/src/programs/shrunk.test.ts"];
  return spawnSync(process.execPath, args, { cwd: folder, stdio: "ignore" }).status ?? -1;
}

async function* found(seed: number, say: About["say"]): AsyncGenerator<Figure> {
  let killed = 0;
  const alive: string[] = [];
  const equal: string[] = [];
  const alsoRed = new Set<number>();
  for await (const mutant of mutants({ count: MUTANTS, seed, programs: PROGRAMS }, say)) {
    if (mutant.equivalent !== undefined) equal.push(`${shown(mutant)}: ${mutant.equivalent}`.slice(0, 240));
    else if (mutant.seed === undefined) alive.push(shown(mutant).slice(0, 160));
    else killed++;
    for (const own of mutant.own) alsoRed.add(own.seed);
  }
  yield none("seeds red without the mutant as well", [...alsoRed].map(String));
  yield atLeast(`of ${MUTANTS} machine-made mutants found`, killed, LEAST_FOUND, alive.join(" | "));
  yield { name: "mutants passed by as equivalent", value: equal.length, target: "any", ok: true, detail: equal.join(" | ") };
}

if (import.meta.main)
  for await (const figure of run({
    short: process.argv.includes("--short"),
    seed: 1,
    documents: undefined,
    say: (line) => console.error(`  ${line}`),
  }))
    console.log(`${figure.ok ? "ok    " : "FAILED"} ${figure.name} = ${figure.value} (${figure.target}) ${figure.detail ?? ""}`);
