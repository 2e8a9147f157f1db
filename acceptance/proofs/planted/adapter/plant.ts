import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Adapter, absent, runScenario, SCENARIOS, WANTS } from "../../../../libs/event-sourcing/src/testing/index.ts";
import { copyCheckout } from "../../harness/checkout.ts";
import type { Fault } from "./faults.ts";

type Doors = {
  readonly events: typeof import("../../../../libs/event-sourcing/src/index.ts");
  readonly testing: typeof import("../../../../libs/event-sourcing/src/testing/index.ts");
  readonly nats: typeof import("../../../../libs/nats/src/testing/index.ts");
};

/** Plants a fault in a copy of the checkout and runs the suite on the copy's adapter; answers the first scenario that is red, and why. */
export async function findPlanted(fault: Fault, seed: number): Promise<{ scenario: string; why: string } | undefined> {
  using checkout = copyCheckout([]);
  const path = `${checkout.root}${fault.file}`;
  const parts = readFileSync(path, "utf8").split(fault.from);
  if (parts.length !== 2) throw new Error(`${JSON.stringify(fault.from)} stands ${parts.length - 1} times in ${fault.file}, not once`);
  writeFileSync(path, parts.join(fault.to));
  const adapter = await adapterOf(checkout.root, fault.adapter, seed);
  const fixture = await adapter.start(WANTS);
  try {
    for (const scenario of SCENARIOS) {
      if (absent(scenario, adapter) !== undefined || scenario.slow) continue;
      try {
        await runScenario(scenario, fixture, 30_000);
      } catch (error) {
        return { scenario: scenario.name, why: error instanceof Error ? error.message : String(error) };
      }
    }
    return undefined;
  } finally {
    await fixture.stop();
  }
}

async function adapterOf(root: string, name: Fault["adapter"], seed: number): Promise<Adapter> {
  const door = (path: string): string => pathToFileURL(`${root}${path}`).href;
  const doors: Doors = {
    events: await import(door("libs/event-sourcing/src/index.ts")),
    testing: await import(door("libs/event-sourcing/src/testing/index.ts")),
    nats: await import(door("libs/nats/src/testing/index.ts")),
  };
  switch (name) {
    case "memory calm":
      return doors.testing.memoryAdapter(name, doors.events.CALM, seed);
    case "memory hostile":
      return doors.testing.memoryAdapter(name, doors.events.HOSTILE, seed);
    case "JetStream R1":
      return doors.nats.jetstreamAdapter(name, 1);
    default:
      return name satisfies never;
  }
}
