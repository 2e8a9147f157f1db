import { loadavg } from "node:os";
import { median, type Row, type Series, type Sync, type Target } from "./row.ts";

/** One line of the bench. `ours` and `raw` are medians, `min` and `max` of ours; `load` is the machine's, over the last minute. */
export type Line = {
  readonly bench: string;
  readonly ours: number;
  readonly raw: number | null;
  readonly ratio: number | null;
  readonly unit: string;
  readonly target: string;
  readonly ok: boolean;
  readonly sync: Sync;
  readonly processes: number;
  readonly runs: Row["runs"];
  readonly min: number;
  readonly max: number;
  readonly rawMin: number | null;
  readonly rawMax: number | null;
  readonly rounds: number;
  readonly load: number;
  readonly about?: string;
  readonly missing?: string;
};

export function lineOf(row: Row, sync: Sync, series: Series): Line {
  const ours = median(series.ours);
  const raw = series.raw.length === 0 ? null : median(series.raw);
  const ratio = raw === null ? null : ours / raw;
  return {
    bench: series.name,
    ours: rounded(ours),
    raw: raw === null ? null : rounded(raw),
    ratio: ratio === null ? null : rounded(ratio),
    unit: series.unit,
    target: words(series.target),
    ok: series.missing === undefined && holds(series.target, ours, ratio),
    sync,
    processes: row.processes,
    runs: row.runs,
    min: rounded(Math.min(...series.ours)),
    max: rounded(Math.max(...series.ours)),
    rawMin: raw === null ? null : rounded(Math.min(...series.raw)),
    rawMax: raw === null ? null : rounded(Math.max(...series.raw)),
    rounds: series.ours.length,
    load: rounded(loadavg()[0] ?? 0),
    ...(row.about === undefined ? {} : { about: row.about }),
    ...(series.missing === undefined ? {} : { missing: series.missing }),
  };
}

export function textOf(line: Line): string {
  const figure = `${line.ours} ${line.unit} (${line.min} to ${line.max})`;
  const against = line.raw === null ? "" : `, raw ${line.raw}, ratio ${line.ratio}`;
  const missing = line.missing === undefined ? "" : `; MISSING: ${line.missing}`;
  const name = `${line.bench} ${line.sync}`.padEnd(28);
  return `${line.ok ? "ok    " : "FAILED"} ${name} ${figure}${against}; wanted ${line.target}; load ${line.load}${missing}`;
}

function holds(target: Target, ours: number, ratio: number | null): boolean {
  if (target.orRatio !== undefined && ratio !== null && ratio >= target.orRatio) return true;
  if (target.andRatio !== undefined && !(ratio !== null && ratio >= target.andRatio)) return false;
  return !(target.least !== undefined && !(ours >= target.least)) && !(target.most !== undefined && !(ours <= target.most));
}

function words({ least, most, orRatio, andRatio }: Target): string {
  const bounds = [...(least === undefined ? [] : [`>= ${least}`]), ...(most === undefined ? [] : [`<= ${most}`])];
  const both = [...bounds, ...(andRatio === undefined ? [] : [`ratio >= ${andRatio}`])].join(" and ");
  return orRatio === undefined ? both : `${both} or ratio >= ${orRatio}`;
}

function rounded(value: number): number {
  const digits = Math.abs(value) >= 1_000 ? 1 : Math.abs(value) >= 10 ? 10 : 1_000;
  return Math.round(value * digits) / digits;
}
