import { commandFlags } from "@armada/testing/command-flags";
import { lineOf, textOf } from "./print.ts";
import { rows } from "./rows.ts";

const USAGE = `usage: npm run bench -- [--json] [--short] [--only NAME,…] [--sync always|100ms] [--rounds N] [--seconds S]
rows: ${rows.map((row) => row.name).join(", ")}`;

const { values } = commandFlags(
  {
    options: {
      json: { type: "boolean", default: false },
      /** Less than a minute: one short round of the rows and modes that a change of code moves most. */
      short: { type: "boolean", default: false },
      only: { type: "string" },
      sync: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
    },
  },
  USAGE,
);
const wanted = values.only?.split(",");
const unknown = wanted?.filter((name) => !rows.some((row) => row.name === name)) ?? [];
const rounds = Number(values.rounds ?? (values.short ? 1 : 5));
const seconds = Number(values.seconds ?? (values.short ? 0.4 : 2));
if (unknown.length > 0 || ![undefined, "always", "100ms"].includes(values.sync) || !(rounds >= 1) || !(seconds > 0)) {
  if (unknown.length > 0) console.error(`no row ${unknown.join(", ")}`);
  console.error(USAGE);
  process.exit(2);
}

let failed = 0;
for (const row of rows.filter(({ name }) => wanted === undefined || wanted.includes(name)))
  for (const sync of (values.short ? row.short : row.syncs).filter((mode) => values.sync === undefined || values.sync === mode)) {
    const say = (line: string): void => void process.stderr.write(`  ${row.name} ${sync}: ${line}\n`);
    for (const series of await row.measure({ sync, rounds, seconds, say })) {
      const line = lineOf(row, sync, series);
      if (!line.ok) failed++;
      console.log(values.json ? JSON.stringify(line) : textOf(line));
    }
  }
process.exitCode = failed === 0 ? 0 : 1;
