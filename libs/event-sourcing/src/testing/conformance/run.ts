import type { Adapter, Fixture } from "./adapter.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS, WANTS } from "./scenarios.ts";
import { World } from "./world.ts";

const LIMIT_MS = 120_000;

/** The part of a test runner that the suite needs; vitest has it. */
export type Runner = {
  describe(name: string, suite: () => void): void;
  beforeAll(work: () => Promise<void>): void;
  afterAll(work: () => Promise<void>): void;
  test: Test & { readonly skip: Test; readonly concurrent: Test };
};
type Test = (name: string, work: () => Promise<void>, timeout?: number) => void;

/** Runs one scenario on a started adapter; rejects where the promise is broken. */
export async function runScenario(scenario: Scenario, fixture: Fixture, limit: number = LIMIT_MS): Promise<void> {
  const world = new World(fixture);
  try {
    await fixture.drive(scenario.run(world), limit);
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

/** The reason why an adapter does not run a scenario; undefined where it does. */
export function absent(scenario: Scenario, adapter: Adapter): string | undefined {
  const declared = scenario.needs === undefined ? true : adapter.features[scenario.needs];
  return declared === true ? undefined : declared;
}

/** Registers every scenario as a test of `adapter`; what it declares absent is skipped under its reason. */
export function conformance(adapter: Adapter, { describe, beforeAll, afterAll, test }: Runner): void {
  describe(`conformance of ${adapter.name}`, () => {
    let fixture: Fixture | undefined;
    beforeAll(async () => {
      fixture = await adapter.start(WANTS);
    });
    afterAll(async () => fixture?.stop());
    for (const scenario of SCENARIOS) {
      const reason = absent(scenario, adapter);
      const run = async (): Promise<void> => {
        if (fixture === undefined) throw new Error(`${adapter.name} did not start`);
        await runScenario(scenario, fixture);
      };
      if (reason !== undefined) test.skip(`${scenario.name} (${reason})`, run);
      else if (scenario.slow) test.concurrent(scenario.name, run, LIMIT_MS);
      else test(scenario.name, run, LIMIT_MS);
    }
  });
}
