import type { Node } from "../drawing/program.ts";
import type { Pending } from "./pending.ts";
import type { Arrived, Chain, Outside } from "./told.ts";

/** What comes later than so long before something may be heard after it, ms. */
export const JUST_BEFORE_MS = 100;

/** Which events the open waits of a run take. */
export class Takes {
  readonly #chain: Chain;
  readonly #outside: Outside;
  readonly #pending: readonly Pending[];

  constructor(chain: Chain, outside: Outside, pending: readonly Pending[]) {
    this.#chain = chain;
    this.#outside = outside;
    this.#pending = pending;
  }

  /** The event that a wait takes next: the first for it that no wait of the run took. */
  next(call: Pending): Arrived | undefined {
    return this.#chain.arrived.find((one) => this.#fits(call, one) && !this.#chain.taken.has(one.event));
  }

  /** Of several open waits that an event fits, the one made first. */
  takerOf(event: Arrived): Pending | undefined {
    const open = this.#pending.filter((call) => call.n !== undefined && this.#fits(call, event));
    return open.sort((a, b) => (a.n ?? 0) - (b.n ?? 0))[0];
  }

  #fits({ node, since }: Pending, { type, id, time, seq }: Arrived): boolean {
    if (node.op !== "wait" || type !== typeOf(node.kind) || id !== node.id) return false;
    if (seq <= (this.#chain.forgot?.seq ?? 0)) return false;
    return since === undefined ? seq > this.#chain.after : time >= since;
  }

  /** What had come when waits were asked for together is taken in the order in which it came: what is wrong with that. */
  outOfOrder(call: Pending, { event, seq, time }: Arrived): string[] {
    const { set } = call;
    const before = (one: { readonly time: number }): boolean => set !== undefined && one.time < set.at - JUST_BEFORE_MS;
    if (!this.#outside.calm || !before({ time })) return [];
    return this.#pending.flatMap((other) => {
      const next = other !== call && other.set?.ordinal === set?.ordinal ? this.next(other) : undefined;
      return next !== undefined && before(next) && next.seq < seq && this.takerOf(next) === other
        ? [`the wait ${call.n} took ${event}, and ${next.event} had come before for the wait ${other.n}`]
        : [];
    });
  }

  /**
   * What a run remembers as it goes on as new: of each id the last event that a wait from its beginning took, for all from there on
   * are taken, and each event behind it and before the beginning. Of more than it remembers the oldest go.
   */
  forget(): void {
    const { after } = this.#chain;
    const taken = [...this.#chain.taken.values()].filter(({ seq }) => seq > (this.#chain.forgot?.seq ?? 0));
    const names = Map.groupBy(taken, ({ type, id }) => `${type} ${id}`)
      .values()
      .flatMap((of) => {
        const last = of.filter(({ fromStart }) => fromStart).sort((a, b) => b.seq - a.seq)[0];
        return [
          ...(last === undefined ? [] : [last]),
          ...of.filter(({ fromStart, seq }) => !fromStart && (seq > (last?.seq ?? 0) || seq <= after)),
        ];
      });
    this.#chain.forgot = [...names].sort((a, b) => b.seq - a.seq)[this.#chain.remembers] ?? this.#chain.forgot;
  }
}

export function typeOf(kind: Extract<Node, { op: "wait" }>["kind"]): string {
  const types = { poked: "alpha.thing.poked", nudged: "beta.thing.nudged", begun: "beta.thing.begun", seen: "com.example.thing.seen" };
  return types[kind];
}
