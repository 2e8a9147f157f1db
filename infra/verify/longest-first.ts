import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files of tests that take longest, the longest first. A checkout that has run no tests yet knows only sizes, and by these the
 * conformance suites, five lines each, would begin when all others have ended.
 */
export const LONGEST: readonly string[] = [
  "infra/docs/docs.int.test.ts",
  "libs/nats/src/conformance-cluster.int.test.ts",
  "libs/cli/src/mesh/family.int.test.ts",
  "libs/nats/src/conformance.int.test.ts",
  "libs/cli/src/fleet.int.test.ts",
  "libs/nats/src/conformance-walled.int.test.ts",
  "libs/cli/src/commands.int.test.ts",
  "libs/cli/src/money.int.test.ts",
  "libs/cli/src/separate.int.test.ts",
];

/** What vitest's own order is, but for those that take longest, which come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
    const sorted = await super.sort(files);
    const first = sorted.filter((file) => rank(file) >= 0).sort((one, other) => rank(one) - rank(other));
    return [...first, ...sorted.filter((file) => rank(file) < 0)];
  }
}
