import { defineConfig } from "vitest/config";

const roots = ["libs/*/src", "services/*/src", "infra", "acceptance", "bench"];
const outside = ["**/node_modules/**", "**/.cache/**", "**/.armada/**"];

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: "unit",
          include: roots.map((root) => `${root}/**/*.test.ts`),
          exclude: [...outside, "**/*.int.test.ts"],
          // A guard against what never ends, not a measure: a busy machine takes its time.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: roots.map((root) => `${root}/**/*.int.test.ts`),
          exclude: outside,
          // Real servers and processes on a machine of two cores: more at a time measures the machine, not the code.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
