import { useOdds } from "../engine/odds-team.ts";
import { armada, until } from "../harness/product.ts";
import { atMost, count, type Figure, holds, type Proof } from "../harness/proof.ts";
import { showRun, startRun } from "../judges/runs.ts";

const KB = 1_024;

/** An error of 3 MB, thrown by an agent, a step and the workflow, ends as one of three words would, its text cut; and the run can be cancelled. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  for (const by of ["step", "workflow"]) {
    const { status, failure } = await odds.ended(await startRun("odds.thrown", JSON.stringify({ by }), odds.at), 60_000);
    yield holds(`by the ${by}: the run fails`, status === "failed", status);
    yield atMost(`by the ${by}: bytes of its reason`, Buffer.byteLength(failure?.message ?? "y".repeat(9 * KB)), 4 * KB);
  }
  const started = await startRun("odds.thrown", '{"by":"agent"}', odds.at);
  const parked = await until("the step to be parked", 60_000, async () => {
    const shown = await showRun(started, odds.at);
    return shown.status === "parked" ? shown : undefined;
  });
  yield count("by the agent: attempts until it is parked", Number(parked.steps[0]?.attempts), 2);
  yield count(
    "failed attempts in the journal",
    (await odds.journal(started)).filter(({ type }) => type === "armada.step.attempt_failed").length,
    2,
  );
  const cancelled = await armada(["runs", "cancel", started, "--json"], odds.at);
  yield count("`runs cancel` answers", cancelled.code, 0, cancelled.stdout + cancelled.stderr);
  yield holds("and the run is cancelled", (await odds.ended(started)).status === "cancelled");
};
