import { useOdds } from "../engine/odds-team.ts";
import { type Figure, holds, type Proof } from "../harness/proof.ts";
import { startRun } from "../judges/runs.ts";

/** Three events in one batch, of which each generation of a run takes one: what came before a generation began is the next one's. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  const started = await startRun("odds.counter", '{"id":"c2","left":3,"got":[]}', odds.at);
  await odds.poke("c2", [1, 2, 3]);
  const { status, output } = await odds.ended(`${started}~3`);
  yield holds(
    "the third generation completes with 1, 2, 3",
    JSON.stringify([status, output]) === '["completed",{"got":[1,2,3]}]',
    JSON.stringify(output),
  );
};
