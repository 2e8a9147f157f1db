import { copyCheckout } from "../harness/checkout.ts";
import { addTeam } from "../harness/own-teams.ts";
import { place, up } from "../harness/product.ts";
import { holds, type Proof } from "../harness/proof.ts";

/** A team is added, and another one after it, each to a mesh that has run before: each start serves. */
export const run: Proof = async function* ({ say }) {
  using copy = copyCheckout();
  using at = place({}, copy.root);
  for (const team of [undefined, "support", "reporting"]) {
    if (team !== undefined) await addTeam(copy, team);
    say(`armada up${team === undefined ? "" : ` with ${team}`}`);
    await using mesh = await up([], at);
    yield holds(`${team ?? "gateway"} serves`, mesh.mesh().pids[team ?? "gateway"]?.length === 1, mesh.said());
  }
};
