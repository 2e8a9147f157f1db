import type { FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";
import { Allowance } from "./allowance.ts";
import { type Caller, calledBy } from "./caller.ts";

/** Tells whose a key or token is. @throws Problem `key-wanted` */
export type Whose = (given: string) => Promise<Caller>;

/** Lets in whom it knows, as often as they may. `perMinute`: of those for whom nothing else is said. */
export class Guard {
  readonly #about: { readonly whose: Whose; readonly perMinute: number | undefined };
  readonly #allowance: Allowance;

  constructor(about: { readonly whose: Whose; readonly perMinute: number | undefined; readonly now: () => number }) {
    this.#about = about;
    this.#allowance = new Allowance(about.now);
  }

  /** Wants `Authorization: Bearer KEY` with a key or token that is known. @throws Problem `key-wanted`, `too-many-requests` */
  async check(request: FastifyRequest): Promise<void> {
    const [, given] = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? "") ?? [];
    if (given === undefined)
      throw new Problem(
        "key-wanted",
        "send `Authorization: Bearer KEY`; `armada keys add` makes one; the first is `key` in `.armada/mesh.json` where `armada up` " +
          "runs, else in `gateway.key` beside the identities",
        { field: "authorization" },
      );
    this.admit(request, await this.#about.whose(given));
  }

  /** Counts a request of a caller who is known. @throws Problem `too-many-requests` */
  admit(request: FastifyRequest, caller: Caller): void {
    const perMinute = caller.perMinute ?? this.#about.perMinute;
    const wait = perMinute === undefined ? 0 : this.#allowance.take(`${caller.kind} ${caller.name}`, perMinute);
    if (wait > 0)
      throw new Problem("too-many-requests", `${caller.kind} ${caller.name} has ${perMinute} requests a minute`, { retryAfter: wait });
    calledBy(request, caller);
  }
}
