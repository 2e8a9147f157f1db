import { arrivalOf, buildEnvelope, buildSubject, chainOf, type Envelope, encodeBody } from "@armada/contracts";
import type { JournalMessage } from "@armada/engine/journal/message";
import type { Random } from "@armada/event-sourcing";
import type { Journal } from "./journals.ts";
import { type Program, Programs } from "./program.ts";
import { otherOf, SIDES, type Side } from "./teams.ts";
import type { World } from "./world.ts";

/** What happens to the mesh from outside in one seed: starts, signals, people's answers, crashes, restarts. All of it ends. */
export class People {
  readonly started: { readonly side: Side; readonly run: string }[] = [];
  /** Things still to be done. */
  due = 0;
  readonly #world: World;
  readonly #random: Random;
  readonly #mixed: boolean;
  #asks = 0;
  #crashAt: Record<Side, number[]> = { alpha: [], beta: [] };

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#mixed = this.#chance(0.25);
  }

  begin(): void {
    const programs = new Programs(this.#random, this.#chance(0.15));
    for (const side of SIDES) this.#history(side);
    for (const side of SIDES) this.#world.provision(side);
    for (const side of SIDES) for (const slot of [0, 1]) this.#world.start(side, slot, this.#versions(slot));
    const runs = 2 + this.#below(4);
    for (let i = 0; i < runs; i++) {
      const side = this.#one(SIDES);
      const waits = programs.waits.length;
      const program = programs.program(6);
      const run = `${side.slice(0, 1)}${i}`;
      const at = this.#below(5_000);
      this.started.push({ side, run });
      this.#later(at, () => this.#ask(side, "run_start", run, { workflow: "play", input: program }));
      if (this.#chance(0.2))
        this.#later(at + this.#below(100), () => this.#ask(side, "run_start", run, { workflow: "play", input: program }));
      for (const wait of programs.waits.slice(waits)) this.#signals(side, wait, at);
      if (this.#chance(0.15)) this.#later(at + this.#below(20_000), () => this.#ask(side, "run_cancel", run, { run, reason: "enough" }));
    }
    for (let crash = this.#below(4); crash > 0; crash--) this.#crash();
    if (this.#chance(0.3)) this.#later(this.#below(20_000), () => this.#twice(this.#one(SIDES)));
  }

  /** People see what is journaled, and act. */
  saw(journal: Journal, { events }: JournalMessage): void {
    const side = journal.team as Side;
    for (const { type, data } of events) {
      if (type === "approval.asked" && this.#chance(0.7)) {
        const answer = { run: journal.run, n: data.n, approved: this.#chance(0.7), by: "ann" };
        for (let times = this.#chance(0.3) ? 2 : 1; times > 0; times--)
          this.#later(this.#below(12_000), () => this.#ask(side, "run_approve", `ok${this.#asks++}`, answer));
      }
      if (type === "wait.set" && data.until === undefined && !(this.#chance(0.7) && this.#sent(journal, data.type, data.id)))
        for (const key of this.#chance(0.2) ? ["4", "5"] : ["4"])
          this.#signal(data.type.split(".")[0] as Side, data.id, this.#below(30_000), `${key}-${journal.run}`);
      if (type === "step.parked")
        this.#later(this.#below(30_000), () => this.#ask(side, "run_retry", `retry${this.#asks++}`, { run: journal.run }));
      if (type === "run.started" && journal.run.includes("-") && this.#chance(0.05))
        this.#later(this.#below(10_000), () => this.#ask(side, "run_cancel", `stop${this.#asks++}`, { run: journal.run }));
    }
  }

  /** Called at each message of a team's stream: crashes come at a place in it, between a write and its answer. */
  wrote(side: Side, seq: number): void {
    if (this.#crashAt[side][0] !== seq) return;
    this.#crashAt[side].shift();
    this.#down(side, this.#below(2));
  }

  #versions(slot: number): readonly number[] {
    return this.#mixed ? [slot + 1] : [1, 2];
  }

  #history(side: Side): void {
    const { clock, mesh } = this.#world;
    for (let i = this.#below(3); i > 0; i--) {
      const time = new Date(clock.now() - 60_000 - i).toISOString();
      mesh.stream(side).append(...fact(side, "item.made", `old${i}`, `old-${i}`, { id: `old${i}`, depth: 0, pad: "" }, time), clock.now());
      mesh.stream(side).append(...fact(side, "signal.sent", `old${i}`, `old-${i}s`, { id: `old${i}`, v: i * 4 }, time), clock.now());
    }
  }

  /** Signals before and about the wait; the one that it cannot miss comes when it has been journaled. */
  #signals(side: Side, { from, id, nested }: Programs["waits"][number], at: number): void {
    const waiting = nested ? otherOf(side) : side;
    const sender = from === "own" ? waiting : otherOf(waiting);
    if (this.#chance(0.5)) this.#signal(sender, id, at + this.#below(3_000), "1");
    if (this.#chance(0.5)) this.#signal(sender, id, at + this.#below(20_000), "2");
  }

  /** Whether the stream holds a signal that a look back from this run must find. */
  #sent({ team, state }: Journal, type: string, id: string): boolean {
    return this.#world.mesh
      .stream(team)
      .messages.some(({ envelopes: [head] }) => head?.type === type && head.subject === id && arrivalOf(head) >= state.startedAt);
  }

  #signal(sender: Side, id: string, after: number, key: string): void {
    this.#later(after, () => {
      const { clock, mesh } = this.#world;
      const time = new Date(clock.now()).toISOString();
      mesh.stream(sender).append(...fact(sender, "signal.sent", id, `${id}-${key}`, { id, v: this.#below(8) }, time), clock.now());
    });
  }

  /** A source that was taken away and added again brings its history once more. */
  #twice(side: Side): void {
    const { clock, mesh } = this.#world;
    for (const message of [...mesh.stream(side).messages])
      if (message.origin !== undefined) mesh.stream(side).append(message.subject, message.body, clock.now(), undefined, message.origin);
  }

  #crash(): void {
    const side = this.#one(SIDES);
    if (this.#chance(0.7)) this.#crashAt[side] = [...this.#crashAt[side], 5 + this.#below(60)].sort((a, b) => a - b);
    else this.#later(this.#below(30_000), () => this.#down(side, this.#below(2)));
  }

  #down(side: Side, slot: number): void {
    if (!this.#world.running(side, slot)) return;
    if (this.#chance(0.1)) return this.#world.freeze(side, slot, 20_000 + this.#below(25_000));
    if (this.#chance(0.85)) this.#world.kill(side, slot);
    else this.#world.drain(side, slot);
    this.#later(this.#below(this.#chance(0.5) ? 2_000 : 60_000), () => this.#world.start(side, slot, this.#versions(slot)));
  }

  #ask(side: Side, capability: string, id: string, data: unknown): void {
    const { clock, mesh } = this.#world;
    const envelope = about(
      "operator",
      `${id}.${capability}.${this.#asks++}`,
      "armada.asked",
      id,
      data,
      new Date(clock.now()).toISOString(),
    );
    const subject = buildSubject({ kind: "ask", to: side, from: "operator", capability, id });
    mesh.stream(side).append(subject, encodeBody([envelope]), clock.now());
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

  #one<T>(of: readonly [T, ...T[]]): T {
    return of[this.#below(of.length)] ?? of[0];
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #chance(chance: number): boolean {
    return this.#random.next() < chance;
  }
}

function about(team: string, id: string, type: string, subject: string, data: unknown, time: string): Envelope {
  return buildEnvelope({ id, source: `/${team}`, type, subject, time, data, team }, chainOf(id));
}

function fact(side: Side, kind: "item.made" | "signal.sent", id: string, key: string, data: unknown, time: string): [string, string] {
  const [entity = "", event = ""] = kind.split(".");
  const subject = buildSubject({ kind: "fact", team: side, entity, event, id, key });
  return [subject, encodeBody([about(side, `${side}-${key}`, `${side}.${kind}`, id, data, time)])];
}

export type { Program };
