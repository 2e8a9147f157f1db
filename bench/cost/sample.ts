import { calls } from "./calls.ts";
import type { Configuration } from "./measures.ts";
import { type Bill, teamMonth } from "./team-month.ts";
import type { Workload } from "./workload.ts";

/** What is run of a month: the last `days` days of the first `teams` teams, of the calls that the seed gives. */
export type Sample = { readonly agents: number; readonly teams: number; readonly days: number; readonly seed: number };

/** One configuration on one sample; the sums over its teams, and what the whole month of all teams is by them. */
export type Result = Bill & { readonly configuration: string; readonly sample: Sample; readonly dollarsAMonth: number };

/** @throws where a ledger and the server's log differ, or a bill stays unknown: then no figure here is worth anything */
export async function runSample(
  workload: Workload,
  sample: Sample,
  { name, measures }: Configuration,
  folder: string,
  say: (line: string) => void,
): Promise<Result> {
  const on = new Set(measures);
  const all = [...calls(workload, sample)];
  const bills: Bill[] = [];
  for (let n = 0; n < sample.teams; n++) {
    const bill = await teamMonth({
      workload,
      calls: all.filter(({ team }) => team === n),
      team: `team_${n}`,
      measures: on,
      days: sample.days,
      logFile: `${folder}/${n}-${process.pid}.jsonl`,
    });
    if (bill.billed !== bill.settled || bill.suspects > 0)
      throw new Error(`${name}: the server billed team ${n} ${bill.billed}, its ledger has ${bill.settled} and ${bill.suspects} suspects`);
    bills.push(bill);
    if (sample.teams > 1) say(`${sample.agents} agents, ${name}: team ${n + 1} of ${sample.teams}`);
  }
  const sum = total(bills);
  const share = (sample.teams * workload.agentsPerTeam * sample.days) / (sample.agents * workload.days);
  return { ...sum, configuration: name, sample, dollarsAMonth: sum.billed / 1e6 / share };
}

function total(bills: readonly Bill[]): Bill {
  const sum = (of: (bill: Bill) => number): number => bills.reduce((whole, bill) => whole + of(bill), 0);
  const tasks = [...new Set(bills.flatMap(({ byTask }) => Object.keys(byTask)))];
  return {
    calls: sum((bill) => bill.calls),
    billed: sum((bill) => bill.billed),
    settled: sum((bill) => bill.settled),
    suspects: sum((bill) => bill.suspects),
    cached: sum((bill) => bill.cached),
    joint: sum((bill) => bill.joint),
    batched: sum((bill) => bill.batched),
    downgraded: sum((bill) => bill.downgraded),
    late: sum((bill) => bill.late),
    requests: sum((bill) => bill.requests),
    byTask: Object.fromEntries(tasks.map((task) => [task, sum(({ byTask }) => byTask[task] ?? 0)])),
  };
}
