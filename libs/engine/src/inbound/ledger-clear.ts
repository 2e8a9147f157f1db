import { type Handled, type Held, handleEndless } from "@armada/event-sourcing";
import { type LedgerState, ledger, ledgerOf } from "@armada/ledger";
import { z } from "zod";
import type { RunStore } from "../runs/run-store.ts";

const count = z.number().int().min(0);
/** `month`: of the ledger that holds the suspects, `2026-11`; `calls`: what each was billed, zero where it never was. */
const Data = z.object({
  month: z.string().regex(/^\d{4}-\d{2}$/),
  calls: z.array(z.object({ call: z.string(), micros: count, tokens: count })).max(1_000),
});

/**
 * What the operator found out about suspect calls (`ledger_clear`): only the operator may. What is suspect no more stays
 * as it is, so the ask may come twice; the ledger tells what was cleared.
 */
export async function clearSuspects(
  { team, ports }: Pick<RunStore, "team" | "ports">,
  ask: { readonly from: string; readonly data: unknown },
  signal: AbortSignal,
): Promise<Handled> {
  const parsed = Data.safeParse(ask.data);
  if (!parsed.success || ask.from !== OPERATOR) return { kind: "done" };
  const { month, calls } = parsed.data;
  let known: Held<LedgerState> | undefined;
  for (const { call, micros, tokens } of calls) {
    const command = { type: "clear", call, at: ports.clock.now(), micros, tokens, by: OPERATOR } as const;
    ({ held: known } = await handleEndless(ports, ledger, ledgerOf(team.name, month), command, { known, signal }));
  }
  return { kind: "done" };
}

const OPERATOR = "operator";
