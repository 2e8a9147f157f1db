import { defineConfig } from "vitest/config";

const roots = ["libs/*/src", "services/*/src", "infra", "acceptance", "bench"];
const outside = ["**/node_modules/**", "**/.cache/**", "**/.armada/**"];

// What is waited for comes when it comes: guards against what never ends, not measures of the machine.
const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } };

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: "unit",
          include: roots.map((root) => `${root}/**/*.test.ts`),
          exclude: [...outside, "**/*.int.test.ts"],
          ...patience,
        },
      },
      {
        test: {
          name: "integration",
          include: roots.map((root) => `${root}/**/*.int.test.ts`),
          exclude: outside,
          // Real servers and processes on a machine of two cores: more at a time measures the machine, not the code.
          maxWorkers: 2,
          ...patience,
        },
      },
    ],
  },
});
