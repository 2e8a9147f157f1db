import { checks } from "./checks.ts";
import type { Ended } from "./command.ts";
import { shortForms } from "./short-forms/short-forms.ts";
import { type Cases, tests } from "./tests.ts";

const minute = 60_000;
/** Most have one thread. */
const CHECKS_AT_A_TIME = 2;
const USAGE = `npm run verify                    all checks and tests
npm run verify -- --fast          the checks alone
npm run verify -- --changed REV   the checks, and the tests and short forms that a change since REV (HEAD by default) touches`;
const [mode, since = "HEAD", ...more] = process.argv.slice(2);
if (mode === "--help") {
  console.log(USAGE);
  process.exit(0);
}
if (more.length > 0 || ![undefined, "--fast", "--changed"].includes(mode)) {
  console.error(USAGE);
  process.exit(2);
}
const changed = mode === "--changed" ? since : undefined;
let passed = 0;
let failed = 0;

/** One line a step. A failed step shows its output and the rest still runs: one run names everything that is wrong. */
async function step<E extends Ended>(name: string, run: () => Promise<E>, about: (ended: E) => string = () => ""): Promise<E> {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const waiting = setInterval(() => console.log(`  … ${name} (${seconds()})`), 20_000);
  const ended = await run().finally(() => clearInterval(waiting));
  console.log(`${ended.ok ? "ok    " : "FAILED"} ${name}${about(ended)} (${seconds()})`);
  if (!ended.ok) console.log(ended.output.trimEnd());
  return ended;
}

const left = [...checks];
/** Takes one check after the other until none is left. */
async function runChecks(): Promise<void> {
  for (let check = left.shift(); check !== undefined; check = left.shift()) {
    const { ok } = await step(check.name, check.run, ({ about = "" }) => about);
    if (!ok) failed++;
  }
}
await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, runChecks));

if (mode === "--fast") console.log(`${checks.length - failed} checks passed, ${failed} failed`);
else {
  for (const [project, minutes] of [
    ["unit", 4],
    ["simulator", 3],
    ["integration", 8],
  ] as const)
    await counted(`${project} tests`, () => tests(project, minutes * minute, { changed }));
  const { names, why } = await shortForms(changed);
  for (const line of why) console.log(`  ${line}`);
  if (names.length > 0)
    await counted("short forms of proofs", () => tests("proofs", 10 * minute, { env: { ARMADA_SHORT_FORMS: names.join() } }));
  console.log(`${passed} passed, ${failed} failed`);
}
process.exitCode = failed === 0 ? 0 : 1;

async function counted(name: string, run: () => Promise<Cases>): Promise<void> {
  const cases = await step(name, run, (ended) => `: ${ended.passed} passed, ${ended.failed} failed, ${ended.skipped} skipped`);
  passed += cases.passed;
  failed += cases.failed;
}
