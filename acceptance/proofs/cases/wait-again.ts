import { useOdds } from "../engine/odds-team.ts";
import { pause, until } from "../harness/product.ts";
import { atMost, type Figure, holds, type Proof } from "../harness/proof.ts";
import { cpuOf } from "../judges/process-time.ts";
import { startRun } from "../judges/runs.ts";

const QUIET_MS = 5_000;

/** A wait that follows one that expired is met, and in between the replica has nothing to do. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  const started = await startRun("odds.again", '{"id":"a"}', odds.at);
  await until("the first wait to expire", 15_000, async () =>
    (await odds.journal(started)).some(({ type }) => type === "armada.timer.fired"),
  );
  await odds.poke("a", [7]);
  const { output } = await odds.ended(started);
  yield holds("the second wait got the event", JSON.stringify(output) === '{"got":[2,7]}', JSON.stringify(output));
  const pid = odds.mesh().pids.odds?.[0] ?? 0;
  const before = cpuOf(pid);
  await pause(QUIET_MS);
  yield atMost("share of a core of the replica afterwards, %", ((cpuOf(pid) - before) / QUIET_MS) * 100, 20);
};
