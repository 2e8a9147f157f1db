import type { Look } from "../health/trouble.ts";
import { breakersOf, saidOf } from "./list.ts";

/** Agents whose calls pause. */
export const openBreakers: Look = async ({ session, team: { name, manifest } }) => {
  if (manifest === undefined) return [];
  const all = await breakersOf(session.log(name), manifest);
  return all
    .filter(({ status }) => status !== "closed")
    .map((one) => ({
      code: "BREAKER_OPEN",
      message: `${one.agent} ${saidOf(one)}`,
      next: `see ${name}'s log for why it fails; to try at once: armada breakers close ${name}.${one.agent} --why …`,
    }));
};
