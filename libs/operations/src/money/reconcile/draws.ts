import { runFilter } from "@armada/contracts";
import { readRun } from "@armada/engine/reading";
import { loadWhole, type WholeReads } from "@armada/event-sourcing";
import { z } from "zod";
import type { LedgerCall } from "../account.ts";

/** Of a call in the batch lane `asked` says what was asked. */
const Drawn = z.looseObject({ n: z.number(), call: z.string(), asked: z.string().optional() });

/**
 * How a call was drawn: when (ms since 1970), and in the batch lane whether a later attempt of its step may still send it,
 * under the same id (`open`), or nobody will (`ended`).
 */
export type Draw = { readonly at: number; readonly batch?: "open" | "ended" };

/**
 * How calls were drawn, by what the ledger says and the journals of their runs; those that no run made are left out.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function drawsOf(logOf: (team: string) => WholeReads, calls: readonly LedgerCall[]): Promise<ReadonlyMap<string, Draw>> {
  const found = new Map<string, Draw>(calls.flatMap(({ call, drawnAt }) => (drawnAt === undefined ? [] : [[call, { at: drawnAt }]])));
  for (const ofRun of Map.groupBy(calls, ({ team, run }) => `${team} ${run}`).values()) {
    const [{ team, run } = { team: "", run: "" }] = ofRun;
    const { messages } = await loadWhole(logOf(team), [runFilter(team, run)]);
    const { steps, ended } = readRun(messages);
    const wanted = new Set(ofRun.map(({ call }) => call));
    for (const { type, data, time } of messages.flatMap(({ envelopes }) => envelopes)) {
      const drawn = type === "armada.step.drawn" ? Drawn.safeParse(data).data : undefined;
      if (drawn === undefined || !wanted.has(drawn.call)) continue;
      const open = ended === undefined && steps.get(drawn.n)?.status === "requested";
      found.set(drawn.call, { at: Date.parse(time ?? ""), ...(drawn.asked === undefined ? {} : { batch: open ? "open" : "ended" }) });
    }
  }
  return found;
}
