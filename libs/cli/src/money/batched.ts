import { readRun } from "@armada/agents";
import { runFilter } from "@armada/contracts";
import type { Log } from "@armada/event-sourcing";
import { z } from "zod";
import type { LedgerCall } from "./account.ts";

/** Of a call in the batch lane `asked` says what was asked. */
const Drawn = z.looseObject({ n: z.number(), call: z.string(), asked: z.string().optional() });

/** `open`: a later attempt of its step may still send it, under the same id; `ended`: nobody will. */
export type Batched = "open" | "ended";

/**
 * Which of the calls are in the batch lane, by the journals of their runs. A run whose journal cannot be read whole counts
 * as open. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function batchedOf(
  logOf: (team: string) => Pick<Log, "load">,
  calls: readonly LedgerCall[],
): Promise<ReadonlyMap<string, Batched>> {
  const found = new Map<string, Batched>();
  for (const ofRun of Map.groupBy(calls, ({ team, run }) => `${team} ${run}`).values()) {
    const [{ team, run } = { team: "", run: "" }] = ofRun;
    const loaded = await logOf(team).load(runFilter(team, run));
    if (loaded.kind === "too_many") {
      for (const { call } of ofRun) found.set(call, "open");
      continue;
    }
    const { steps, ended } = readRun(loaded.messages);
    const wanted = new Set(ofRun.map(({ call }) => call));
    for (const { type, data } of loaded.messages.flatMap(({ envelopes }) => envelopes)) {
      const drawn = type === "armada.step.drawn" ? Drawn.safeParse(data).data : undefined;
      if (drawn?.asked === undefined || !wanted.has(drawn.call)) continue;
      found.set(drawn.call, ended === undefined && steps.get(drawn.n)?.status === "requested" ? "open" : "ended");
    }
  }
  return found;
}
