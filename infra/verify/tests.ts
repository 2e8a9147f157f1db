import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { command, type Ended, root } from "./command.ts";

export type Cases = Ended & { readonly passed: number; readonly failed: number; readonly skipped: number };

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string; failureMessages?: string[] }[] }[];
};

export type Project = "unit" | "simulator" | "integration" | "proofs";

/**
 * Runs one vitest project and counts test cases. `deadline` in milliseconds. `changed`: only test files that import, over however
 * many steps, what has changed since that revision. `env`: what the tests have in their environment besides. A file that does not
 * load, or a run that dies, counts as one failed case.
 */
export async function tests(
  project: Project,
  deadline: number,
  { changed, env = {} }: { readonly changed?: string | undefined; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Cases> {
  const folder = `${root}.cache/verify`;
  const file = `${folder}/${project}.json`;
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  const ended = await command(
    "vitest",
    [
      "run",
      "--project",
      project,
      ...(changed === undefined ? [] : [`--changed=${changed}`]),
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    deadline,
    env,
  );
  if (!existsSync(file)) return { ...ended, ok: false, passed: 0, failed: 1, skipped: 0 };
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  const unloaded = report.testResults.filter((result) => result.status === "failed" && result.assertionResults.length === 0).length;
  const failed = report.numFailedTests + unloaded;
  return {
    ...ended,
    output: `${failures(report)}\n${ended.output}`,
    passed: report.numPassedTests,
    failed: failed === 0 && !ended.ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The failed cases with the first lines of why, before all else: a log that is cut short still tells them. */
function failures({ testResults }: Report): string {
  const lines = testResults.flatMap(({ name, status, assertionResults }) => {
    const cases = assertionResults.filter((one) => one.status === "failed");
    const unloaded = status === "failed" && assertionResults.length === 0 ? [`${name}: did not load`] : [];
    return [...unloaded, ...cases.map((one) => `${name}: ${one.fullName}\n${(one.failureMessages ?? []).join("\n").slice(0, 2_000)}`)];
  });
  return lines.join("\n").replaceAll(root, "");
}
