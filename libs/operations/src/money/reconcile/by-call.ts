import type { LedgerCall } from "../account.ts";
import type { ProviderCall } from "./provider-account.ts";

/** What a suspect turned out to be; `suspect`: it stays one. */
export type Verdict = { readonly why: string } & (
  | { readonly became: "settled"; readonly micros: number; readonly tokens: number }
  | { readonly became: "released" | "suspect" }
);

/** A request that was drawn this short a time ago may not have come to the provider's books, ms. */
const YOUNG_MS = 5_000;

/**
 * Judges suspects by an account that knows calls: what was billed is settled, a call that the provider never got is
 * released, one that it still works on stays. `settled`: the ledger's other calls; a call of which several have a part
 * (`<shared>~<part>`) is billed once, and what its settled parts leave of it is split over the suspect ones. `age`: since a call
 * was drawn, ms.
 */
export function byCall(
  suspects: readonly LedgerCall[],
  settled: readonly LedgerCall[],
  provider: ReadonlyMap<string, ProviderCall>,
  age: (call: LedgerCall) => number,
): ReadonlyMap<LedgerCall, Verdict> {
  const verdicts = new Map<LedgerCall, Verdict>();
  const paid = Map.groupBy(settled, providersId);
  for (const [id, parts] of Map.groupBy(suspects, providersId)) {
    const known = provider.get(id);
    const young = parts.some((part) => age(part) < YOUNG_MS);
    const open = known === undefined ? young : known.open;
    const [micros, tokens] = [left("micros"), left("tokens")];
    for (const [i, part] of parts.entries()) {
      const [cost, used] = [micros[i] ?? 0, tokens[i] ?? 0];
      if (open) verdicts.set(part, { became: "suspect", why: known === undefined ? YOUNG : "the provider still works on it" });
      else if (known === undefined) verdicts.set(part, { became: "released", why: "the provider never got it" });
      else if (cost === 0 && used === 0) verdicts.set(part, { became: "released", why: "the provider billed nothing for it" });
      else verdicts.set(part, { became: "settled", micros: cost, tokens: used, why: "as the provider billed it" });
    }

    function left(of: "micros" | "tokens"): number[] {
      const others = (paid.get(id) ?? []).reduce((sum, call) => sum + call[of], 0);
      return shares(Math.max(0, (known?.[of] ?? 0) - others), parts.length);
    }
  }
  return verdicts;
}

const YOUNG = `it is younger than ${YOUNG_MS / 1_000} s and may be on its way: run this again`;

/** The id that the provider was given. */
function providersId({ call }: LedgerCall): string {
  return call.split("~")[0] ?? call;
}

/** `whole`, an integer, in `n` integers that differ by at most 1 and sum to it. */
function shares(whole: number, n: number): number[] {
  const least = Math.floor(whole / n);
  return Array.from({ length: n }, (_, i) => (i < whole - least * n ? least + 1 : least));
}
