import { commandFlags } from "@armada/testing/command-flags";
import { CALM, HOSTILE } from "../../../libs/event-sourcing/src/index.ts";
import {
  type Adapter,
  absent,
  type Fixture,
  memoryAdapter,
  runScenario,
  SCENARIOS,
  type Scenario,
  WANTS,
} from "../../../libs/event-sourcing/src/testing/index.ts";
import { jetstreamAdapter } from "../../../libs/nats/src/testing/index.ts";
import { type About, type Figure, holds, type Proof } from "../harness/proof.ts";
import { FAULTS } from "../planted/adapter/faults.ts";
import { findPlanted } from "../planted/adapter/plant.ts";

/** `skipped`: the adapter's reason for a feature that it declares absent. */
type Cell = Figure & { readonly adapter: string; readonly scenario: string; readonly ms?: number; readonly skipped?: string };

/** Every scenario on every adapter, then the planted faults. The short form leaves out the cluster and what waits for an ack wait. */
export const run: Proof = async function* ({ short, seed, say }: About): AsyncIterable<Figure> {
  for (const adapter of adapters(seed, short)) yield* column(adapter, short, say);
  yield* planted(seed, say, short);
};

function adapters(seed: number, short: boolean): Adapter[] {
  const memory = [memoryAdapter("memory calm", CALM, seed), memoryAdapter("memory hostile", HOSTILE, seed)];
  const single = jetstreamAdapter("JetStream R1", 1);
  return short ? [...memory, single] : [...memory, single, jetstreamAdapter("JetStream R3", 3)];
}

async function* column(adapter: Adapter, short: boolean, say: About["say"]): AsyncGenerator<Cell> {
  say(`starting ${adapter.name}`);
  const fixture = await adapter.start(WANTS);
  /** Those that wait for an ack wait, side by side. */
  const begun = new Map<Scenario, Promise<Ran>>();
  try {
    for (const scenario of SCENARIOS.filter((one) => !(short && one.slow))) {
      const about = { adapter: adapter.name, scenario: scenario.name };
      const name = `${adapter.name}: ${scenario.name}`;
      const skipped = absent(scenario, adapter);
      if (skipped !== undefined) {
        yield { ...holds(name, true), ...about, target: "1, or a declared reason", skipped };
        continue;
      }
      if (scenario.slow)
        for (const one of SCENARIOS)
          if (one.slow && absent(one, adapter) === undefined && !begun.has(one)) begun.set(one, timed(one, fixture));
      const { red, ms } = await (begun.get(scenario) ?? timed(scenario, fixture));
      yield { ...holds(name, red === undefined, red), ...about, ms };
    }
  } finally {
    await fixture.stop();
  }
}

type Ran = { readonly red: string | undefined; readonly ms: number };

async function timed(scenario: Scenario, fixture: Fixture): Promise<Ran> {
  const began = performance.now();
  const red = await runScenario(scenario, fixture).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { red, ms: Math.round(performance.now() - began) };
}

async function* planted(seed: number, say: About["say"], short: boolean): AsyncGenerator<Figure> {
  for (const fault of FAULTS.filter((one) => !short || one.adapter !== "JetStream R1")) {
    say(`planting in ${fault.adapter}: ${fault.name}`);
    const found = await findPlanted(fault, seed);
    const name = `red in ${fault.adapter} where ${fault.name}`;
    yield {
      ...holds(name, found !== undefined, "the suite stayed green"),
      ...(found === undefined ? {} : { detail: `${found.scenario}: ${found.why.split("\n")[0]}` }),
    };
  }
}

/** Scenario by adapter, one line each: `ok` and milliseconds, `RED`, or `-` where the feature is declared absent. */
function table(cells: readonly Cell[]): string {
  const columns = [...new Set(cells.map((cell) => cell.adapter))];
  const width = 16;
  const lines = [...new Set(cells.map((cell) => cell.scenario))].map((scenario) => {
    const row = columns.map((adapter) => {
      const cell = cells.find((one) => one.scenario === scenario && one.adapter === adapter);
      if (cell === undefined) return "";
      return cell.skipped !== undefined ? "-" : cell.ok ? `ok ${cell.ms} ms` : "RED";
    });
    return `${row.map((text) => text.padEnd(width)).join("")}${scenario}`;
  });
  const reasons = new Map(
    cells.flatMap((cell) => (cell.skipped === undefined ? [] : [[`${cell.adapter}: ${cell.skipped}`, cell.scenario]])),
  );
  return [columns.map((name) => name.padEnd(width)).join(""), ...lines, ...[...reasons.keys()].map((reason) => `- ${reason}`)].join("\n");
}

if (import.meta.main) {
  const { values } = commandFlags(
    { options: { json: { type: "boolean" }, planted: { type: "boolean" }, short: { type: "boolean" }, seed: { type: "string" } } },
    "node acceptance/proofs/engine/conformance.ts [--json] [--planted] [--short] [--seed N]",
  );
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const about = { short: values.short === true, seed, documents: undefined, say: (line: string) => console.error(`  ${line}`) };
  about.say(`seed ${seed}`);
  const figures: Figure[] = [];
  const source = values.planted ? planted(seed, about.say, false) : run(about);
  for await (const figure of source) {
    figures.push(figure);
    if (values.json) console.log(JSON.stringify(figure));
    else if (!figure.ok || !("scenario" in figure))
      console.log(`${figure.ok ? "ok    " : "FAILED"} ${figure.name}: ${figure.detail ?? ""}`);
  }
  const cells = figures.filter((figure): figure is Cell => "scenario" in figure);
  if (!values.json && cells.length > 0) console.log(table(cells));
  process.exitCode = figures.every((figure) => figure.ok) ? 0 : 1;
}
