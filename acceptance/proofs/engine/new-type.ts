import { spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JournalEventType, schemas } from "../../../libs/engine/src/journal/events.ts";
import { isOutcome, isProgress, isRequest, merges } from "../../../libs/engine/src/journal/table.ts";
import { seededRandom } from "../../../libs/event-sourcing/src/testing/index.ts";
import { ended } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { type Copy, copyLibs, root, searchBeside } from "../planted/programs/copy.ts";

const EVENTS = "libs/engine/src/journal/events.ts";
const TABLE = "libs/engine/src/journal/table.ts";
/** Where the rows of a family stand, by the first word of its types. */
const ROWS = { step: "rows/step-rows.ts", audit: "rows/call-rows.ts" } as const;

/** What the table is asked of a type, with the function that answers it. */
const QUESTIONS = { isOutcome, isProgress, isRequest, merges } as const;
/** Which unit tests ask it, faster than programs do. */
const UNIT = ["libs/engine/src/execution", "libs/engine/src/runs/merge.test.ts", "libs/engine/src/recovery.test.ts"];
/** They take seconds; what is wrong in the table may have them wait for ever. */
const UNIT_MS = 60_000;
const PROGRAMS = 2_000;
/** In the short form so many entries are looked for, drawn from the seed. */
const SHORT = 2;

/** A type of journal event without its row does not compile, and no entry of the table can be another without a red test or program. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  using copy = copyLibs("new-type");
  symlinkSync(join(root, "node_modules/@types"), join(copy.folder, "node_modules/@types"));
  yield count("a copy without a new type: errors of the compiler", (await compiled(copy)).length, 0);
  for (const [family, rows] of Object.entries(ROWS)) {
    const type = `${family}.imagined`;
    const text = copy.text(EVENTS).replace("} as const;", `  "${type}": z.object({ n, why: z.string() }),\n} as const;`);
    const errors = await copy.changed(EVENTS, text, () => compiled(copy));
    const missing = errors.filter((line) => line.includes(rows) && line.includes(type));
    yield holds(`${type} without a row: the compiler names ${rows}`, missing.length > 0, errors.join(" | "));
    yield none(
      `${type} without a row: errors elsewhere`,
      errors.filter((line) => !line.includes("journal/")),
    );
  }

  yield holds("a copy as it is: its unit tests are green", await unitTests(copy), UNIT.join(" "));
  const entries = Object.entries(QUESTIONS).flatMap(([question, asked]) =>
    (Object.keys(schemas) as JournalEventType[]).filter((type) => asked({ type })).map((type) => ({ question, type })),
  );
  const random = seededRandom(seed);
  const drawn = short ? Array.from({ length: SHORT }, () => entries[Math.floor(random.next() * entries.length)] ?? entries[0]) : entries;
  const alive: string[] = [];
  for (const entry of drawn) {
    if (entry === undefined) continue;
    const { question, type } = entry;
    const asks = `export function ${question}({ type }: Pick<JournalEvent, "type">): boolean {\n`;
    const text = copy.text(TABLE);
    if (!text.includes(asks)) throw new Error(`${TABLE} does not hold ${asks}`);
    say(`${question} is no longer true of ${type}`);
    const without = text.replace(asks, `${asks}  if (type === "${type}") return false;\n`);
    const missed = !(await copy.changed(TABLE, without, () => unitTests(copy)));
    const found = missed ? "a unit test is red" : await redProgram(copy, without, seed % 1_000_000, say);
    say(`  ${found ?? "alive"}`);
    if (found === undefined) alive.push(`${question} of ${type}`);
  }
  yield none(`entries of the table that neither unit tests nor ${PROGRAMS} drawn programs miss, of ${drawn.length}`, alive);
}

/** Of the programs drawn beside a change of the table, what says that one is red by it. */
async function redProgram(copy: Copy, text: string, from: number, say: About["say"]): Promise<string | undefined> {
  const { seed, tried, own } = await searchBeside(copy, TABLE, text, PROGRAMS, from);
  for (const one of own) say(`  seed ${one.seed} is red on the engine as it is: ${one.why}`);
  return seed === undefined ? undefined : `a program of ${tried} is red`;
}

/** Whether the engine's unit tests that ask the table are green in a copy. */
async function unitTests({ folder }: Copy): Promise<boolean> {
  const config = join(folder, "vitest.config.mjs");
  writeFileSync(config, "export default { test: { passWithNoTests: false } };\n");
  const args = ["run", "--root", folder, "--config", config, "--bail=1", ...UNIT];
  const { code } = await ended(spawn(join(root, "node_modules/.bin/vitest"), args, { cwd: folder, timeout: UNIT_MS }));
  return code === 0; // one that hangs misses it as well
}

/** The compiler's errors over the engine of a copy, a line each. */
async function compiled({ folder }: Copy): Promise<readonly string[]> {
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.base.json"), include: ["libs/engine/src"], exclude: ["**/*.test.ts"] }),
  );
  const child = spawn(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.json", "--pretty", "false"], { cwd: folder });
  const { stdout } = await ended(child);
  return stdout.split("\n").filter((line) => line.includes("error TS"));
}
