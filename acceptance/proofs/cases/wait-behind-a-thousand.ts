import { useOdds } from "../engine/odds-team.ts";
import { type Figure, holds, type Proof } from "../harness/proof.ts";
import { startRun } from "../judges/runs.ts";

/** A wait with `since` takes the first fact of its id, be there 999 or 1,200. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  await using odds = await useOdds();
  for (const earlier of [999, 1_200]) {
    const id = `behind${earlier}`;
    await odds.poke(
      id,
      Array.from({ length: earlier }, (_, index) => index + 1),
    );
    const { output } = await odds.ended(await startRun("odds.behind", JSON.stringify({ id }), odds.at), 40_000);
    yield holds(`of ${earlier} the first`, JSON.stringify(output) === '{"got":[1]}', JSON.stringify(output));
  }
};
