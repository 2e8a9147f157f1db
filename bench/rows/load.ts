import { runFilter } from "@armada/contracts";
import { readRun } from "@armada/engine";
import { rawLoad } from "../raw/load.ts";
import { interleaved, quantile, type Row } from "../row.ts";
import { openStocked } from "../stocked.ts";

/** One run of ten events out of many: read, validated, folded; the raw side reads and parses. */
export const load: Row = {
  name: "load",
  syncs: ["100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "cold",
  measure: async (options) => {
    const { place, ids } = await openStocked(options, 2_000);
    await using _place = place;
    const { log } = await place.mesh.connect("ours");
    const count = Math.max(100, Math.round(options.seconds * 250));
    let missing: string | undefined;
    const p50 = async (round: number, one: (id: string) => Promise<boolean>): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const id = ids[(round * 7_919 + i * 31) % ids.length] ?? "";
        const began = performance.now();
        const whole = await one(id);
        times.push(performance.now() - began);
        if (!whole) missing = `run ${id} was not read whole`;
      }
      return quantile(times, 0.5);
    };
    const ours = async (id: string): Promise<boolean> => {
      const loaded = await log.load(runFilter("ours", id));
      return loaded.kind === "loaded" && readRun(loaded.messages).ended?.status === "completed";
    };
    const raw = async (id: string): Promise<boolean> => (await rawLoad(place.judge, "TEAM_ours", runFilter("ours", id))).length === 5;
    const measured = await interleaved(
      options,
      (round) => p50(round, ours),
      (round) => p50(round, raw),
    );
    return [{ name: "load p50", ...measured, unit: "ms", target: { most: 0.6 }, ...(missing === undefined ? {} : { missing }) }];
  },
};
