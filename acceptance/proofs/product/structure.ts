import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { here } from "../harness/product.ts";
import { type About, atMost, count, type Figure } from "../harness/proof.ts";

/** Lines that two places must share to count as repeated. */
const RUN = 6;
/** Repeated runs of lines before the packages had rooms, by this very count. */
const BEFORE = 9;

type Source = { readonly path: string; readonly lines: readonly string[] };

/** The product's source files, tests and what only tests use aside. */
export function sources(root: string): readonly Source[] {
  const paths = execFileSync("git", ["ls-files", "libs/*.ts", "services/*.ts"], { cwd: root, encoding: "utf8" }).split("\n");
  return paths
    .filter((path) => path !== "" && !/\.test\.ts$|\/testing\/|^libs\/testing\//u.test(path))
    .map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n") }));
}

/** Runs of `RUN` lines that stand in more than one place, imports and short lines (under 8 characters) aside. */
export function repeatedRuns(files: readonly Source[]): number {
  const seen = new Map<string, number>();
  for (const { lines } of files) {
    const told = lines.map((line) => line.trim()).filter((line) => line.length >= 8 && !/^(?:import|export \{|\/\/|\*|\/\*)/u.test(line));
    for (let at = 0; at + RUN <= told.length; at++) {
      const run = told.slice(at, at + RUN).join("\n");
      seen.set(run, (seen.get(run) ?? 0) + 1);
    }
  }
  return [...seen.values()].filter((times) => times > 1).length;
}

/** How the product's code stands: circles of imports, the fullest folder, lengths of files, what is said twice. */
export async function* run({ say }: About): AsyncGenerator<Figure> {
  say("reading imports");
  const cruised = spawnSync(
    process.execPath,
    ["--import", "./infra/verify/typescript-6.mjs", "node_modules/.bin/depcruise", "libs", "services", "--output-type", "json"],
    { cwd: here, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const { summary } = JSON.parse(cruised.stdout) as { summary: { totalCruised: number; violations: { rule: { name: string } }[] } };
  yield count("circles of imports", summary.violations.filter(({ rule }) => rule.name === "no-circular").length, 0);
  yield count("imports that the rules forbid", summary.violations.length, 0, `${summary.totalCruised} modules`);

  const files = sources(here);
  const folders = Map.groupBy(files, ({ path }) => dirname(path));
  const [fullest = ["", []]] = [...folders]
    .filter(([folder]) => !folder.endsWith("cli/src/commands"))
    .sort(([, a], [, b]) => b.length - a.length);
  yield atMost("files in the fullest folder", fullest[1].length, 15, fullest[0]);
  const lengths = files.map(({ lines }) => lines.length).sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.floor(lengths.length * share)] ?? 0;
  yield atMost("lines of a file, median", at(0.5), 100, `${files.length} files`);
  yield atMost("lines of a file, 90th percentile", at(0.9), 220);
  yield atMost(`runs of ${RUN} lines that stand twice`, repeatedRuns(files), BEFORE);
}
