import { hash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../../../../libs/event-sourcing/src/testing/index.ts";
import { copyLibs, root, type Search, search } from "./copy.ts";
import { type Mutation, mutationsOf, Types } from "./mutations.ts";

/** What decides over a run: state, function, derivation, intake, worker, and what they became. */
const FILES = ["run-state", "execution", "derive", "intake", "worker", "waits", "taken", "facts"].map(
  (name) => `libs/agents/src/engine/${name}.ts`,
);
const PROGRAMS = 2_000;

export type Mutant = Mutation & Search;

/** Draws `count` mutants that keep their types from a seed, and looks for each with 2,000 programs. What was found before is not looked for again. */
export async function* mutants(count: number, seed: number, say: (line: string) => void, skip = 0): AsyncGenerator<Mutant> {
  const texts = new Map(FILES.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  const notes = join(root, ".cache", "mutants", `${hash("sha256", [...texts.values()].join("\n")).slice(0, 12)}-${seed}.jsonl`);
  mkdirSync(join(root, ".cache", "mutants"), { recursive: true });
  const known = new Map(noted(notes).map((one) => [keyOf(one), one]));
  const drawn = drawMutations(texts, seed);
  const types = new Types(join(root, "tsconfig.json"));
  using copy = copyLibs("mutants");
  for (let made = 0; made < count; ) {
    const mutation = drawn.next();
    if (mutation.done === true) return;
    const { file, start, end, to } = mutation.value;
    const text = texts.get(file) ?? "";
    const changed = text.slice(0, start) + to + text.slice(end);
    const before = known.get(keyOf(mutation.value));
    if (before === undefined && types.faults(join(root, file), changed).length > 0) continue;
    made++;
    if (made <= skip) continue;
    const found = before ?? (await copy.changed(file, changed, () => search(copy, PROGRAMS, seed)));
    const mutant = { ...mutation.value, ...found };
    if (before === undefined) appendFileSync(notes, `${JSON.stringify(mutant)}\n`);
    say(
      `${mutant.seed === undefined ? "ALIVE" : "found"} after ${mutant.tried}: ${mutant.file.split("/").at(-1)}:${mutant.line} ${mutant.how}: ${mutant.from} -> ${mutant.to.slice(0, 60)} ${mutant.why.slice(0, 80)}`,
    );
    yield mutant;
  }
}

function* drawMutations(texts: ReadonlyMap<string, string>, seed: number): Generator<Mutation> {
  const random = seededRandom(seed);
  const left = [...texts].flatMap(([file, text]) => mutationsOf(file, text));
  while (left.length > 0) yield* left.splice(Math.floor(random.next() * left.length), 1);
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
  const { values } = parseArgs({
    options: { count: { type: "string", default: "100" }, seed: { type: "string", default: "1" }, skip: { type: "string", default: "0" } },
  });
  let [found, all] = [0, 0];
  for await (const mutant of mutants(Number(values.count), Number(values.seed), console.log, Number(values.skip))) {
    all++;
    if (mutant.seed !== undefined) found++;
  }
  console.log(`${found} of ${all} mutants found`);
}
