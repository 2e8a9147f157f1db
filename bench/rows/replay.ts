import { readJournalMessage } from "@armada/engine";
// Folding one message at a time is no door of the package: its callers fold whole runs.
import { foldMessage } from "@armada/engine/journal/message";
import { initialRun, type RunState } from "@armada/engine/journal/state";
import { rawScan } from "../raw/read.ts";
import { interleaved, type Row } from "../row.ts";
import { openStocked } from "../stocked.ts";

/** A team's whole history: parsed, validated, folded into the state of every run; the raw side reads and parses. */
export const replay: Row = {
  name: "replay",
  syncs: ["100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "cold",
  measure: async (options) => {
    const { place, ids, events } = await openStocked(options, Math.max(500, Math.round(options.seconds * 10_000)));
    await using _place = place;
    const { log } = await place.mesh.connect("ours");
    const missing: string[] = [];
    const perSecond = (ms: number): number => (events * 1_000) / ms;
    const ours = async (): Promise<number> => {
      const runs = new Map<string, RunState>();
      let folded = 0;
      const began = performance.now();
      await log.scan(["run.ours.>"], 0, (message) => {
        const journal = readJournalMessage(message);
        if (journal === undefined) return;
        const id = journal.envelopes[0]?.subject ?? "";
        const state = runs.get(id) ?? initialRun();
        runs.set(id, state);
        foldMessage(state, journal);
        folded += journal.events.length;
      });
      const took = performance.now() - began;
      const completed = [...runs.values()].filter((run) => run.ended?.status === "completed").length;
      if (folded !== events || completed !== ids.length) missing.push(`${folded} of ${events} events, ${completed} of ${ids.length} runs`);
      return perSecond(took);
    };
    const raw = async (): Promise<number> => {
      let read = 0;
      const began = performance.now();
      await rawScan(place.judge, "TEAM_ours", "run.ours.>", 0, (message) => {
        const body = JSON.parse(message.string()) as unknown;
        read += Array.isArray(body) ? body.length : 1;
      });
      const took = performance.now() - began;
      if (read !== events) missing.push(`the raw side read ${read} of ${events} events`);
      return perSecond(took);
    };
    await ours();
    const measured = await interleaved(options, ours, raw);
    const target = { least: 150_000, andRatio: 0.75 };
    return [{ name: "replay", ...measured, unit: "events/s", target, ...(missing[0] === undefined ? {} : { missing: missing[0] }) }];
  },
};
