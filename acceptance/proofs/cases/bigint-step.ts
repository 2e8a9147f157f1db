import { useOdds } from "../engine/odds-team.ts";
import { atMost, type Figure, holds, type Proof } from "../harness/proof.ts";
import { startRun } from "../judges/runs.ts";

/** A step whose value is not JSON ends its run at once, with a sentence that names step, place and type. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  const began = performance.now();
  const { status, failure } = await odds.ended(await startRun("odds.big", "{}", odds.at));
  yield atMost("until the run has ended, ms", Math.round(performance.now() - began), 10_000);
  yield holds(
    "failed, with step, path and type",
    status === "failed" &&
      failure?.code === "VALUE_NOT_JSON" &&
      failure.message.includes('step "v"') &&
      failure.message.includes("n is a bigint"),
    JSON.stringify(failure),
  );
};
