import { spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JournalEventType, schemas } from "../../../libs/engine/src/journal/events.ts";
import { isOutcome, isProgress, isRequest, merges } from "../../../libs/engine/src/journal/table.ts";
import { seededRandom } from "../../../libs/event-sourcing/src/testing/index.ts";
import { ended } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { type Copy, copyLibs, root, search } from "../planted/programs/copy.ts";

const EVENTS = "libs/engine/src/journal/events.ts";
const TABLE = "libs/engine/src/journal/table.ts";
/** Where the rows of a family stand, by the first word of its types. */
const ROWS = { step: "rows/step-rows.ts", audit: "rows/call-rows.ts" } as const;

/** What the table is asked of a type, with the function that answers it. */
const QUESTIONS = { isOutcome, isProgress, isRequest, merges } as const;
const PROGRAMS = 2_000;
/** In the short form so many entries are looked for, drawn from the seed. */
const SHORT = 2;

/** A type of journal event without its row does not compile, and no entry of the table can be another without being found. */
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
    const { seed: red, tried } = await copy.changed(TABLE, text.replace(asks, `${asks}  if (type === "${type}") return false;\n`), () =>
      search(copy, PROGRAMS, seed % 1_000_000),
    );
    say(red === undefined ? `  alive after ${tried} programs` : `  found after ${tried} programs`);
    if (red === undefined) alive.push(`${question} of ${type}`);
  }
  yield none(`entries of the table that ${PROGRAMS} drawn programs do not miss, of ${drawn.length}`, alive);
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
