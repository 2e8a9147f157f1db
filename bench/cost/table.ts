import { ABOUT, ALL, allBut, type Configuration, MEASURES, type Measure, OFF, only } from "./measures.ts";
import type { Result } from "./sample.ts";
import type { Workload } from "./workload.ts";

/** What a measure does to a month's bill, in dollars. */
export type Row = { readonly measure: Measure; readonly alone: number; readonly without: number };

/** One size's figures, in dollars a month. */
export type Size = {
  readonly agents: number;
  readonly off: number;
  readonly all: number;
  /** Of `off`, the share that all measures save together. */
  readonly saved: number;
  /** Of what is saved, the share that is missing without downgrades. */
  readonly byDowngrades?: number;
  /** None where only the ends were run. */
  readonly rows: readonly Row[];
  readonly counts: Pick<Result, "calls" | "requests" | "cached" | "joint" | "batched" | "downgraded" | "late">;
  /** Over all configurations. */
  readonly late: number;
  readonly billed: number;
  readonly settled: number;
};

/** `ends`: without those that tell of single measures. */
export function configurations(ends: boolean): Configuration[] {
  return ends ? [OFF, ALL] : [OFF, ...MEASURES.map(only), ALL, ...MEASURES.map(allBut)];
}

export function sizeOf(agents: number, results: readonly Result[]): Size {
  const of = (name: string): Result => {
    const found = results.find(({ configuration, sample }) => configuration === name && sample.agents === agents);
    if (found === undefined) throw new Error(`nothing was run of ${name} at ${agents} agents`);
    return found;
  };
  const own = results.filter(({ sample }) => sample.agents === agents);
  const measured = own.length > 2 ? MEASURES : [];
  const off = of(OFF.name).dollarsAMonth;
  const { dollarsAMonth: all, calls, requests, cached, joint, batched, downgraded, late } = of(ALL.name);
  return {
    agents,
    off,
    all,
    saved: 1 - all / off,
    ...(measured.length === 0 ? {} : { byDowngrades: (of(allBut("downgrades").name).dollarsAMonth - all) / (off - all) }),
    rows: measured.map((measure) => ({
      measure,
      alone: of(only(measure).name).dollarsAMonth,
      without: of(allBut(measure).name).dollarsAMonth,
    })),
    counts: { calls, requests, cached, joint, batched, downgraded, late },
    late: own.reduce((sum, one) => sum + one.late, 0),
    billed: own.reduce((sum, one) => sum + one.billed, 0),
    settled: own.reduce((sum, one) => sum + one.settled, 0),
  };
}

/** As people read it. */
export function textOf({ agents, off, all, saved, byDowngrades, rows, counts, late, billed, settled }: Size, workload: Workload): string {
  const { reference } = workload;
  const column = reference.rows.find((row) => row.agents === agents);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const dollars = (value: number): string => `$${value.toFixed(0)}`.padStart(8);
  const lines = [
    `${agents} agents, dollars a month`,
    `  all measures off      ${dollars(off)}`,
    ...rows.map(
      ({ measure, alone, without }) =>
        `  ${ABOUT[measure].padEnd(20)}  ${dollars(alone)} alone, saves ${dollars(off - alone)} (${percent(1 - alone / off)}); switched off of all ${dollars(without)}, ${dollars(without - all)} more`,
    ),
    `  all together          ${dollars(all)}, saves ${percent(saved)}${byDowngrades === undefined ? "" : `; ${percent(byDowngrades)} of that by downgrades`}`,
    `  of ${counts.calls} answers: ${counts.cached} cached, ${counts.joint} joint, ${counts.batched} batched, ${counts.downgraded} downgraded, ${counts.late} late; ${counts.requests} requests billed`,
    `  over all configurations: ${late} late; the server's log $${(billed / 1e6).toFixed(6)}, the ledgers $${(settled / 1e6).toFixed(6)}`,
  ];
  if (column !== undefined)
    lines.push(
      `  reference (${reference.name}): conservative $${column.conservative}, optimized $${column.optimized}, aggressive $${column.aggressive}`,
      `  all off is ${percent(off / column.conservative - 1)} from conservative; all together ${percent(all / column.conservative - 1)} from it, ${percent(all / column.aggressive - 1)} from aggressive`,
    );
  return lines.join("\n");
}
