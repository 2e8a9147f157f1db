import { commandFlags } from "@armada/testing/command-flags";
import type { Figure } from "./harness/proof.ts";
import { load, registry } from "./registry.ts";

// What a proof started ends with it, also at Ctrl-C.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const USAGE = `npm run prove -- NAME… [--short] [--json] [--seed N] [--documents DIR]
npm run prove -- --list`;

const { values, positionals } = commandFlags(
  {
    allowPositionals: true,
    options: {
      list: { type: "boolean", default: false },
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      seed: { type: "string" },
      documents: { type: "string" },
    },
  },
  USAGE,
);
const print = (value: Readonly<Record<string, unknown>>, line: string): void => console.log(values.json ? JSON.stringify(value) : line);

if (values.list) {
  for (const { name, minutes, shows } of registry)
    print({ name, minutes, shows }, `${name.padEnd(16)} ${String(minutes).padStart(3)} min  ${shows}`);
} else {
  const code = await prove(positionals);
  // A planted fault may leave a follower that never ends; what was printed goes out first.
  process.stdout.write("", () => process.exit(code));
}

async function prove(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !registry.some((entry) => entry.name === name));
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (names.length === 0 || unknown.length > 0 || !Number.isInteger(seed)) {
    console.error(unknown.length > 0 ? `no proof ${unknown.join(", ")}: there are ${registry.map(({ name }) => name).join(", ")}` : USAGE);
    return 2;
  }
  let failed = 0;
  for (const entry of registry.filter(({ name }) => names.includes(name))) {
    const say = (line: string): void => console.error(`  ${line}`);
    const show = (figure: Figure): void => {
      if (!figure.ok) failed++;
      const { name, value, target, ok, detail } = figure;
      const rounded = Math.round(value * 1_000) / 1_000;
      const about = detail === undefined ? "" : `: ${detail.slice(0, 600)}`;
      print({ proof: entry.name, ...figure }, `${ok ? "ok    " : "FAILED"} ${entry.name}: ${name} = ${rounded} (${target})${about}`);
    };
    // The seed is a figure too: whoever keeps the lines can repeat the run.
    show({ name: "seed", value: seed, target: "any", ok: true });
    const began = performance.now();
    try {
      const run = await load(entry);
      for await (const figure of run({ short: values.short, seed, documents: values.documents, say })) show(figure);
    } catch (error) {
      show({
        name: "the proof ran to its end",
        value: 0,
        target: "1",
        ok: false,
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    say(`${entry.name}: ${Math.round((performance.now() - began) / 1_000)} s`);
  }
  return failed === 0 ? 0 : 1;
}
