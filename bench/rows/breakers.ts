import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Log } from "@armada/event-sourcing";
import { startTestMesh, type TestMesh } from "@armada/nats/testing";
import { Breakers, breakerSettings } from "@armada/resilience";
import { systemClock, systemRandom } from "@armada/runtime";
import { loud } from "../asking.ts";
import { hundred } from "../hundred.ts";
import type { Options, Row } from "../row.ts";
import { topology } from "../team.ts";

const CALLS_A_SECOND = 100_000;
const MANY = 1_000;
const never = new AbortController().signal;

/** What a breaker adds to a call that goes out, and what a thousand of them hold. */
export const breakers: Row = {
  name: "breakers",
  syncs: ["100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "none",
  about: "in one process, on a mesh: a call is admitted and reported; of the thousand each has seen ten calls fail and ten end well",
  measure: async (options: Options) => {
    await using mesh = await startTestMesh([topology(hundred)], { syncInterval: options.sync });
    const perCall: number[] = [];
    const held: number[] = [];
    const over: AbortController[] = []; // what is let go only then is not taken for room that the next ones save
    for (let round = 1; round <= options.rounds; round++) {
      perCall.push(await added(mesh, options.seconds));
      held.push(await thousand(mesh, over));
      options.say(`round ${round}: ${perCall.at(-1)?.toFixed(2)} µs a call, ${held.at(-1)?.toFixed(2)} MB`);
    }
    for (const one of over) one.abort();
    return [
      { name: "breakers per call", ours: perCall, raw: [], unit: "µs", target: { most: 20 } },
      { name: "breakers of 1,000 subjects", ours: held, raw: [], unit: "MB", target: { most: 5 } },
    ];
  },
};

async function breakersOn(
  mesh: TestMesh,
  count: number,
  failures: number,
): Promise<{ readonly all: Breakers; readonly log: Log; readonly over: AbortController }> {
  const ports = await mesh.connect(hundred.name, loud);
  const over = new AbortController();
  const settings = breakerSettings({ failures, share: 1 });
  const subjects = new Map(Array.from({ length: count }, (_, n) => [`agent_${n}`, settings] as const));
  const all = new Breakers({
    team: hundred.name,
    subjects,
    ports: { ...ports, clock: systemClock, random: systemRandom, logger: loud },
    signal: over.signal,
  });
  void all.follow();
  await all.known(never);
  return { all, log: ports.log, over };
}

/** Of one call in a hundred thousand, µs: admitted and reported, without what the loop around it takes. */
async function added(mesh: TestMesh, seconds: number): Promise<number> {
  const { all, over } = await breakersOn(mesh, 1, 5);
  const calls = CALLS_A_SECOND * seconds;
  const time = async (call: (n: number) => Promise<void>): Promise<number> => {
    const began = performance.now();
    for (let n = 0; n < calls; n++) await call(n);
    return ((performance.now() - began) * 1_000) / calls;
  };
  const plain = await time(async () => undefined);
  const with_ = await time(async (n) => {
    const begun = systemClock.now();
    const admission = await all.admit("agent_0", `r-${n}`, 30_000, never);
    all.report("agent_0", { begun, probe: admission.kind === "go" ? admission.probe : undefined, came: "well" });
  });
  over.abort();
  return with_ - plain;
}

async function thousand(mesh: TestMesh, kept: AbortController[]): Promise<number> {
  kept.push((await breakersOn(mesh, 1, 1_000)).over); // what the first of them loads is not theirs
  const before = heap();
  const { all, log, over } = await breakersOn(mesh, MANY, 1_000);
  for (let n = 0; n < MANY; n++)
    for (let call = 0; call < 20; call++)
      all.report(`agent_${n}`, { begun: systemClock.now(), probe: undefined, came: call % 2 === 0 ? "failed" : "well" });
  await log.head(); // what was said to other replicas has left
  const after = heap();
  kept.push(over);
  return (after - before) / 1_048_576;
}

/** What is in use once what is not has been let go, bytes. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
