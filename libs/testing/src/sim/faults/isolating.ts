import type { Isolation } from "@armada/contracts";
import type { Random } from "@armada/event-sourcing";
import { agentNames } from "../program.ts";
import { SIDES } from "../teams.ts";
import type { World } from "../world.ts";

/** Every process obeys within so long, ms. */
const OBEYED_MS = 1_000;

/** What was isolated, from when to when, ms since 1970. */
type Stretch = { readonly prefix: string; readonly from: number; until: number };

/** An operator who isolates teams and agents in one seed, moves an end, and returns some before it. All of it ends. */
export class Isolating {
  /** Things still to be done. */
  due = 0;
  readonly #world: World;
  readonly #random: Random;
  readonly #stretches: Stretch[] = [];
  #revision = 0;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  begin(): void {
    if (this.#random.next() < 0.5) return;
    for (let times = 1 + this.#below(4); times > 0; times--) this.#later(this.#below(20_000), () => this.#isolate());
  }

  get times(): number {
    return this.#stretches.length;
  }

  /** Calls that began while it was isolated, beyond the time in which every process obeys. */
  wrong(): string[] {
    return this.#world.effects.begun.flatMap(({ side, agent, at }) => {
      if (this.#world.stood.some((one) => one.side === side && one.from <= at && at <= one.until + OBEYED_MS)) return [];
      const held = this.#stretches.find(
        ({ prefix, from, until }) => (prefix === side || prefix === `${side}.${agent}`) && from + OBEYED_MS < at && at < until,
      );
      return held === undefined ? [] : [`a call of ${side}.${agent} began at ${at}, and ${held.prefix} is isolated since ${held.from}`];
    });
  }

  #isolate(): void {
    const side = SIDES[this.#below(SIDES.length)] ?? "alpha";
    const agent = agentNames[this.#below(agentNames.length)] ?? "sure";
    const prefix = this.#random.next() < 0.3 ? side : `${side}.${agent}`;
    const from = this.#now();
    const ms = 1 + this.#below(45_000);
    this.#end(prefix, from); // a second one moves the end
    const stretch = { prefix, from, until: from + ms };
    this.#stretches.push(stretch);
    this.#say(prefix, "isolated", from, from + ms);
    if (this.#random.next() < 0.4)
      this.#later(this.#below(ms), () => {
        if (this.#stretches.findLast((one) => one.prefix === prefix) !== stretch) return;
        this.#end(prefix, this.#now());
        this.#say(prefix, "returned", from, this.#now());
      });
  }

  #end(prefix: string, at: number): void {
    for (const one of this.#stretches) if (one.prefix === prefix) one.until = Math.min(one.until, at);
  }

  #say(prefix: string, status: Isolation["status"], since: number, until: number): void {
    const iso = (at: number): string => new Date(at).toISOString();
    const said = { prefix, status, since: iso(since), until: iso(until), why: "drawn", by: "ann", revision: ++this.#revision };
    this.#world.mesh.isolations.say(said);
  }

  #now(): number {
    return this.#world.clock.now();
  }

  #later(ms: number, work: () => void): void {
    this.due++;
    this.#world.clock.sleep(ms).then(
      () => {
        this.due--;
        work();
      },
      () => undefined, // sleeps without a signal are not aborted
    );
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }
}
