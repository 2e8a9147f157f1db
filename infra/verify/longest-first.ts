import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files of tests that take longest, the longest first. A checkout that has run no tests yet knows only sizes, and by these the
 * conformance suites, five lines each, would begin when all others have ended.
 */
export const LONGEST: readonly string[] = [
  "infra/docs/docs.int.test.ts",
  "libs/nats/src/conformance-cluster.int.test.ts",
  "libs/nats/src/conformance.int.test.ts",
  "libs/nats/src/conformance-walled.int.test.ts",
  "libs/nats/src/conformance-jwt.int.test.ts",
  "libs/cli/src/mesh/family.int.test.ts",
  "libs/cli/src/fleet.int.test.ts",
  "libs/cli/src/commands.int.test.ts",
  "libs/cli/src/money.int.test.ts",
  "libs/cli/src/separate.int.test.ts",
  "libs/cli/src/mesh/keep-streams.int.test.ts",
  "libs/nats/src/signs-of-life/signs-of-life.int.test.ts",
  "libs/nats/src/log/pull.int.test.ts",
  "services/gateway/src/hooks/hooks.int.test.ts",
  "libs/cli/src/administration.int.test.ts",
];

/** The same files in the same order, but for those that take longest, which come first. */
export function longestFirst<T extends { readonly moduleId: string }>(files: readonly T[]): T[] {
  const rank = ({ moduleId }: T): number => LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
  const first = files.filter((file) => rank(file) >= 0).sort((one, other) => rank(one) - rank(other));
  return [...first, ...files.filter((file) => rank(file) < 0)];
}

/** Vitest's own order with the longest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}
