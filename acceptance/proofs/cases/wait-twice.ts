import { useOdds } from "../engine/odds-team.ts";
import { pause } from "../harness/product.ts";
import { type Figure, holds, type Proof } from "../harness/proof.ts";
import { startRun } from "../judges/runs.ts";

/** Two waits of one run for one id take two events, one after the other, whether the second event is there before the second wait or not. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  for (const between of [3_000, 0]) {
    const id = `pause${between}`;
    const started = await startRun("odds.twice", JSON.stringify({ id }), odds.at);
    await odds.poke(id, between === 0 ? [1, 2] : [1]);
    if (between > 0) {
      await pause(between);
      await odds.poke(id, [2]);
    }
    const { status, output } = await odds.ended(started);
    yield holds(
      `events ${between} ms apart: got 1, 2`,
      JSON.stringify([status, output]) === '["completed",{"got":[1,2]}]',
      JSON.stringify(output),
    );
  }
};
