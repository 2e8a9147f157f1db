import type { FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";
import { Allowance } from "./allowance.ts";
import { type Caller, calledBy } from "./caller.ts";

/** Tells whose a key or token is. @throws Problem `key-wanted` */
export type Whose = (given: string) => Promise<Caller>;

/**
 * Lets in who sends `Authorization: Bearer KEY` with a key or token that is known, as often as it may. `perMinute`: of those for whom
 * nothing else is said. @throws Problem `key-wanted`, `too-many-requests`
 */
export function guard(about: { readonly whose: Whose; readonly perMinute: number | undefined; readonly now: () => number }) {
  const allowance = new Allowance(about.now);
  return async (request: FastifyRequest): Promise<void> => {
    const [, given] = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? "") ?? [];
    if (given === undefined)
      throw new Problem("key-wanted", "send `Authorization: Bearer KEY`; `armada keys add` makes one, `armada up` prints its first", {
        field: "authorization",
      });
    const caller = await about.whose(given);
    const perMinute = caller.perMinute ?? about.perMinute;
    const wait = perMinute === undefined ? 0 : allowance.take(`${caller.kind} ${caller.name}`, perMinute);
    if (wait > 0)
      throw new Problem("too-many-requests", `${caller.kind} ${caller.name} has ${perMinute} requests a minute`, { retryAfter: wait });
    calledBy(request, caller);
  };
}
