import { hash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandFlags } from "@armada/testing/command-flags";
import ts from "typescript-6";
import { seededRandom } from "../../../../libs/event-sourcing/src/testing/index.ts";
import { copyLibs, root, type SearchBeside, searchBeside } from "./copy.ts";
import { reasonOf } from "./equivalents.ts";
import { type Mutation, mutationsOf, Types } from "./mutations.ts";
import { leftOut, RULES, type Rule } from "./selection.ts";

/** What decides over a run: state, function, derivation, intake, worker, and what they became. */
const FILES = [
  "journal/state",
  "journal/table",
  "journal/rows/run-rows",
  "journal/rows/call-rows",
  "journal/rows/step-rows",
  "execution/execution",
  "journal/derive",
  "inbound/intake",
  "steps/worker",
  "steps/policies/policy",
  "steps/policies/attempts",
  "steps/policies/at-limit",
  "steps/policies/outage",
  "steps/policies/window",
  "inbound/waits",
  "journal/taken",
  "inbound/facts",
].map((name) => `libs/engine/src/${name}.ts`);
const PROGRAMS = 2_000;

/** `equivalent`: why no program can tell it from the engine; it is not looked for then. */
export type Mutant = Mutation & SearchBeside & { readonly equivalent?: string };
type Drawn = { readonly mutation: Mutation; readonly text: string; readonly changed: string };

export type Order = {
  readonly count: number;
  readonly seed: number;
  /** So many programs are drawn for each. */
  readonly programs?: number;
  /** Of the files only those whose name holds this. */
  readonly only?: string;
};

/**
 * Draws mutants that keep their types from a seed, and looks for each with drawn programs. What was found before is not looked for
 * again, and what was alive is looked for from the first program on that it has not seen.
 */
export async function* mutants(
  { count, seed, programs = PROGRAMS, only = "" }: Order,
  say: (line: string) => void,
): AsyncGenerator<Mutant> {
  const files = FILES.filter((file) => file.includes(only));
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  const notes = join(
    root,
    ".cache",
    "mutants",
    `${fingerprint([...FILES.map((file) => readFileSync(join(root, file), "utf8")), drawing()])}-${seed}.jsonl`,
  );
  mkdirSync(join(root, ".cache", "mutants"), { recursive: true });
  const known = new Map(noted(notes).map((one) => [keyOf(one), one]));
  const types = new Types(join(root, "tsconfig.json"));
  using copy = copyLibs("mutants");
  let made = 0;
  for (const { mutation, text, changed } of drawMutations(texts, seed, say)) {
    if (made === count) return;
    const before = known.get(keyOf(mutation));
    if (before === undefined && types.faults(join(root, mutation.file), changed).length > 0) continue;
    const equivalent = reasonOf(mutation, text);
    if (equivalent !== undefined) {
      const mutant = { ...mutation, tried: 0, seed: undefined, why: "", own: [], equivalent };
      say(`EQUAL ${shown(mutant)}: ${equivalent}`);
      yield mutant;
      continue;
    }
    made++;
    const from = before?.tried ?? 0;
    let found: SearchBeside | undefined = before;
    if (found === undefined || (found.seed === undefined && from < programs)) {
      const more = await searchBeside(copy, mutation.file, changed, programs - from, seed + from);
      found = { ...more, tried: from + more.tried, own: [...(before?.own ?? []), ...more.own] };
      appendFileSync(notes, `${JSON.stringify({ ...mutation, ...found })}\n`);
    }
    const mutant = { ...mutation, ...found };
    for (const { seed: red, why } of mutant.own) say(`RED   on the engine as it is: seed ${red}: ${why.slice(0, 120)}`);
    say(`${mutant.seed === undefined ? "ALIVE" : "found"} after ${mutant.tried}: ${shown(mutant)} ${mutant.why.slice(0, 80)}`);
    yield mutant;
  }
}

/** One line that names a mutant. */
export function shown({ file, line, how, from, to }: Mutation): string {
  return `${file.split("/").at(-1)}:${line} ${how}: ${from} -> ${to.slice(0, 60)}`.replaceAll(/\s+/g, " ");
}

/** All mutations that count, in an order drawn from the seed. Says how many each rule left out. */
function* drawMutations(texts: ReadonlyMap<string, string>, seed: number, say: (line: string) => void): Generator<Drawn> {
  const random = seededRandom(seed);
  const left: Drawn[] = [];
  const out = new Map<Rule, number>();
  for (const [file, text] of texts) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const made = new Set<string>();
    for (const mutation of mutationsOf(file, text)) {
      const rule = leftOut(source, mutation, made);
      if (rule !== undefined) out.set(rule, (out.get(rule) ?? 0) + 1);
      else left.push({ mutation, text, changed: text.slice(0, mutation.start) + mutation.to + text.slice(mutation.end) });
    }
  }
  for (const [rule, times] of out) say(`left out ${times} that: ${RULES[rule]}`);
  say(`${left.length} are left`);
  while (left.length > 0) yield* left.splice(Math.floor(random.next() * left.length), 1);
}

/** How programs are drawn and judged: what was alive under another way is looked for again. */
function drawing(): string {
  const folder = join(root, "libs/testing/src/programs");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

function fingerprint(texts: readonly string[]): string {
  return hash("sha256", texts.join("\n")).slice(0, 12);
}

function keyOf({ file, start, end, to }: Mutation): string {
  return `${file} ${start} ${end} ${to}`;
}

function noted(path: string): Mutant[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Mutant => JSON.parse(line));
}

if (import.meta.main) {
  const { values } = commandFlags(
    {
      options: {
        count: { type: "string", default: "100" },
        seed: { type: "string", default: "1" },
        programs: { type: "string", default: String(PROGRAMS) },
        only: { type: "string", default: "" },
      },
    },
    "node acceptance/proofs/planted/programs/mutants.ts [--count N] [--seed S] [--programs N] [--only FILE]",
  );
  const order = { count: Number(values.count), seed: Number(values.seed), programs: Number(values.programs), only: values.only };
  const files = new Map<string, { found: number; all: number; equal: number }>();
  for await (const { file, seed, equivalent } of mutants(order, console.log)) {
    const of = files.get(file) ?? { found: 0, all: 0, equal: 0 };
    files.set(file, of);
    if (equivalent !== undefined) of.equal++;
    else of.all++;
    if (seed !== undefined) of.found++;
  }
  for (const [file, { found, all, equal }] of files) console.log(`${file}: ${found} of ${all} found, ${equal} equivalent`);
}
