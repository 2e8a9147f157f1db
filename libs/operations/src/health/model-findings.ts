import type { ChosenModels } from "@armada/models";
import type { Finding } from "./trouble.ts";

const WITHIN_MS = 10_000;

/** What is wrong with the models before anyone asked them anything: a refused key, an unknown model, a missing price, a provider that is down. */
export async function modelFindings(chosen: Pick<ChosenModels, "problems">): Promise<Finding[]> {
  const late = AbortSignal.timeout(WITHIN_MS);
  try {
    const problems = await chosen.problems(late);
    return problems.map(({ model, code, line }) => ({ name: `model ${model}`, value: code, ok: code === "MODEL_ENDS", next: line }));
  } catch (error) {
    if (!late.aborted) throw error;
    const next = `the provider did not answer within ${WITHIN_MS / 1_000} s: check the network and its address`;
    return [{ name: "models", value: "MODEL_UNREACHABLE", ok: false, next }];
  }
}
