import { type Job, runJobs } from "../../../bench/cost/jobs.ts";
import { ALL, allBut, MEASURES, type Measure, OFF } from "../../../bench/cost/measures.ts";
import type { Result } from "../../../bench/cost/sample.ts";
import { loadWorkload } from "../../../bench/cost/workload.ts";
import { atLeast, atMost, count, type Figure, type Proof } from "../harness/proof.ts";

/** What is run: a size's teams and days, and which measures are switched off one by one. */
type Form = {
  readonly agents: number;
  readonly days: number;
  readonly leave: readonly Measure[];
  readonly others: readonly number[];
  readonly least: number;
  /** Percent by which the bill of other calls may be another one. */
  readonly within: number;
};

/** Each size is run by two of its teams; the ledger is a team's, and teams share nothing at the provider. */
const TEAMS = 2;
const FULL: Form = { agents: 100, days: 30, leave: MEASURES, others: [10, 50], least: 0.81, within: 2 };
/** Measures that need days to learn save less in three, and few calls differ more from others; the figures that count are the full form's. */
const SHORT: Form = { agents: 10, days: 3, leave: ["contexts"], others: [], least: 0.75, within: 5 };
/** Fixed before anything was measured: the calls, the calls of the second look, and the second workload. */
const SEED = 1;
const AGAIN = 2;
const SECOND = 2026;

/** The reference month by each measure, alone and together: what all save, and that each saves what the table says. */
export const run: Proof = async function* ({ short, say }) {
  const { agents, days, leave, others, least, within } = short ? SHORT : FULL;
  const { reference } = loadWorkload();
  const sample = { agents, days, teams: TEAMS, seed: SEED };
  const again = { ...sample, seed: AGAIN };
  const without = [...new Set([...leave, "downgrades" as const])].map(allBut);
  const jobs: Job[] = [
    ...[OFF, ALL, ...without].map((configuration) => ({ sample, configuration })),
    ...[OFF, ALL, ...leave.map(allBut)].map((configuration) => ({ sample: again, configuration })),
    ...[OFF, ALL].map((configuration) => ({ sample, configuration, second: SECOND })),
    ...others.flatMap((size) => [OFF, ALL].map((configuration) => ({ sample: { ...sample, agents: size }, configuration }))),
  ];
  const results = await runJobs(jobs, say);
  const of = (name: string, where: (job: Job) => boolean): Result => {
    const found = results[jobs.findIndex((job) => job.configuration.name === name && where(job))];
    if (found === undefined) throw new Error(`${name} was not run`);
    return found;
  };
  const first = (job: Job): boolean => job.sample === sample && job.second === undefined;
  const savedBy = (where: (job: Job) => boolean): number => 1 - of("all", where).dollarsAMonth / of("off", where).dollarsAMonth;

  for (const size of [agents, ...others]) {
    const off = of("off", (job) => job.sample.agents === size && job.sample.seed === SEED && job.second === undefined).dollarsAMonth;
    const column = reference.rows.find((row) => row.agents === size);
    const distance =
      column === undefined ? "" : `; conservative is ${column.conservative}, which is ${(off - column.conservative).toFixed(0)} less`;
    yield stated(`dollars a month of ${size} agents with all measures off`, off, `${days} days of ${TEAMS} teams${distance}`);
  }
  for (const size of others)
    yield stated(
      `share saved at ${size} agents`,
      savedBy((job) => job.sample.agents === size),
    );
  const saved = savedBy(first);
  yield atLeast(`share saved by all together at ${agents} agents`, saved, least);
  const [off, all] = [of("off", first).dollarsAMonth, of("all", first).dollarsAMonth];
  yield atMost(
    "share of what is saved that downgrades save",
    (of(allBut("downgrades").name, first).dollarsAMonth - all) / (off - all),
    0.1,
  );
  const second = savedBy((job) => job.second !== undefined);
  yield atMost("points by which a second workload saves more or less", Math.abs(saved - second) * 100, 5, `${(second * 100).toFixed(1)} %`);
  for (const measure of leave) {
    const bills = (where: (job: Job) => boolean): [number, number] => [
      of("all", where).dollarsAMonth,
      of(allBut(measure).name, where).dollarsAMonth,
    ];
    const [[from, table], [otherFrom, seen]] = [bills(first), bills((job) => job.sample === again)];
    const detail = `$${from.toFixed(0)} becomes $${table.toFixed(0)}; with other calls $${otherFrom.toFixed(0)} becomes $${seen.toFixed(0)}`;
    yield atMost(
      `% by which the bill with ${measure} switched off is not what the table says`,
      Math.abs(seen / table - 1) * 100,
      within,
      detail,
    );
  }
  const sum = (figure: (result: Result) => number): number => results.reduce((total, result) => total + figure(result), 0);
  const together = of("all", first);
  yield stated(
    "answers cached",
    together.cached,
    `${together.joint} joint, ${together.batched} batched, ${together.downgraded} downgraded of ${together.calls}`,
  );
  yield count(
    "answers later than their task tolerates",
    sum(({ late }) => late),
    0,
  );
  yield count(
    "micro-dollars by which the ledgers are not the server's log",
    sum(({ settled, billed }) => Math.abs(settled - billed)),
    0,
  );
  yield count(
    "calls whose bill nobody knows",
    sum(({ suspects }) => suspects),
    0,
  );
};

/** A figure without a target. */
function stated(name: string, value: number, detail = ""): Figure {
  return { name, value: Math.round(value * 1_000) / 1_000, target: "none", ok: true, ...(detail === "" ? {} : { detail }) };
}
