import type { Look } from "../health/trouble.ts";
import { isolatedNow } from "./list.ts";

/** A team, or agents of it, of which nothing begins because an operator wants it so. */
export const isolated: Look = ({ session, team: { name }, now }) =>
  isolatedNow(session.isolations(), now)
    .filter(({ prefix }) => prefix.split(".", 1)[0] === name)
    .map(({ prefix, since, until, by, why }) => ({
      code: "ISOLATED",
      message: `${prefix} is isolated since ${since}, until ${until}, by ${by}: ${why}`,
      next: `it ends by itself, or with armada isolate --undo ${prefix} --why …`,
    }));
