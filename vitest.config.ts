import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./infra/verify/longest-first.ts";

const roots = ["libs/*/src", "services/*/src", "infra", "acceptance", "bench"];
const outside = ["**/node_modules/**", "**/.cache/**", "**/.armada/**"];

// What is waited for comes when it comes: guards against what never ends, not measures of the machine.
const patience = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 60_000 } } };

// `isolate: false`: to import the packages anew for each file took unit tests more time than the tests, and a sixth of that of
// integration tests; a file leaves nothing behind, and changes nothing of its process.
export default defineConfig({
  test: {
    passWithNoTests: true,
    maxWorkers: availableParallelism(), // vitest leaves one core idle: of two that is half
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: roots.map((root) => `${root}/**/*.test.ts`),
          exclude: [...outside, "libs/testing/**", "**/*.int.test.ts"],
          isolate: false,
          ...patience,
        },
      },
      {
        test: {
          name: "simulator",
          include: ["libs/testing/src/**/*.test.ts"],
          exclude: outside,
          ...patience,
        },
      },
      {
        test: {
          name: "integration",
          include: roots.map((root) => `${root}/**/*.int.test.ts`),
          exclude: [...outside, "acceptance/**"],
          isolate: false,
          // Real servers and processes, which wait for each other most of the time: as many at a time keep two cores busy.
          maxWorkers: 4,
          maxConcurrency: 3,
          sequence: { groupOrder: 1 }, // behind those that have as many workers as there are cores, where a path names both
          ...patience,
        },
      },
      {
        test: {
          name: "proofs",
          include: ["acceptance/**/*.int.test.ts"],
          exclude: outside,
          // Short forms spend half of their time waiting for processes: four at a time keep two cores busy.
          maxConcurrency: 4,
          ...patience,
        },
      },
    ],
  },
});
