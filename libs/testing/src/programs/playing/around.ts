import { buildEnvelope, buildSubject, chainOf, type Envelope, encodeBody, parseSubject, shortHash } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { nodesOf } from "../drawing/nodes.ts";
import type { Case, EventName, Form, Node, Outside, Stray } from "../drawing/program.ts";
import { held, live } from "../drawing/values.ts";
import { DECLINED, GATEWAY, kinds, OTHER, TEAM, THEN } from "./declarations.ts";
import type { World } from "./world.ts";

/** The start that came before the world. */
export const EARLY = "early";

/** Data that is no text, and what its sender says beside it. */
const BYTES = "AAEC";
const ATTRIBUTES = { datacontenttype: "application/json", dataschema: "urn:schema", mood: "calm", level: 3, originteam: "theirs" } as const;
const AN_HOUR_MS = 3_600_000;

/** A team that nobody asks anything, and a call that no program makes. */
const THIRD = "gamma";
const NEVER = 99;
/** Asks and events that a chain may pass, and one more. */
const TOO_FAR = 33;
/** Journal events whose call is over. */
const CLOSED: ReadonlySet<string> = new Set([
  "timer.fired",
  "wait.met",
  "ask.answered",
  "approval.given",
  "step.completed",
  "inline.completed",
]);

/** A journal event as it was stored. */
export type Stored = {
  readonly run: string;
  readonly type: string;
  readonly n: number | undefined;
  readonly writer: string;
  readonly code: unknown;
};

/** Makes happen what a case says happens around its runs: starts, events, answers of people and of the other team, deaths. */
export class Around {
  /** Things still to be done. */
  due = 0;
  readonly runs = new Set<string>();
  readonly #world: World;
  readonly #case: Case;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #seen = new Map<string, number>();
  /** Runs, without their generation, whose function was stopped for its many calls. */
  readonly #spun = new Set<string>();
  #ids = 0;

  constructor(world: World, drawn: Case) {
    this.#world = world;
    this.#case = drawn;
    this.#nodes = new Map(nodesOf(drawn.body).map((node) => [node.at, node]));
  }

  begin(): void {
    for (const slot of [0, 1]) this.#world.start(slot);
    this.#world.mesh.stream(OTHER).listen((message) => this.#asked(message));
    if (this.#case.from !== undefined)
      this.#fact("begun", EARLY, { id: EARLY, carry: live(this.#case.input) }, 1, { time: new Date(THEN).toISOString() });
    this.#later(1, () => {
      for (let i = 0; i < this.#case.runs; i++) this.#start(`run${i}`);
    });
    for (const one of this.#case.outside) if (one.when.on === undefined) this.#later(one.when.ms, () => this.#happen(one, undefined));
  }

  /** Called as each journal event is stored, before its writer is answered. */
  stored(event: Stored): void {
    const nth = (this.#seen.get(event.type) ?? 0) + 1;
    this.#seen.set(event.type, nth);
    if (event.type === "run.stopped" && event.code === "WORKFLOW_SPINS") this.#spun.add(baseOf(event.run));
    for (const one of this.#case.outside) {
      if (one.when.on !== event.type || (one.when.nth ?? 1) !== nth) continue;
      if (one.when.ms === 0) this.#happen(one, event);
      else this.#later(one.when.ms, () => this.#happen(one, event));
    }
  }

  #start(name: string): void {
    const input = { generation: 0, carry: live(this.#case.input) };
    switch (this.#case.start) {
      case "operator":
        this.runs.add(name);
        return this.#ask("operator", "run_start", name, { workflow: "play", input });
      case "ask":
        this.runs.add(`${name}-7`);
        return this.#ask(OTHER, "serve", `${name}-7`, { input, until: new Date(this.#world.clock.now() + 86_400_000).toISOString() });
      case "event":
        return this.#fact("begun", name, { id: name, carry: input.carry });
      default:
        return this.#case.start satisfies never;
    }
  }

  #happen(one: Outside, at: Stored | undefined): void {
    const run = at?.run ?? [...this.runs][0];
    switch (one.does) {
      case "event":
        for (let k = one.k; k < one.k + one.times; k++) this.#tell(one, k);
        return;
      case "approve":
        for (let times = one.times; times > 0 && run !== undefined; times--)
          this.#control("run_approve", { run, ...(at?.n === undefined ? {} : { n: at.n }), approved: one.approved, by: "ann" });
        return;
      case "cancel":
        if (run !== undefined) this.#control("run_cancel", { run, reason: "enough" });
        return;
      case "move":
        if (run !== undefined && this.#mayGoOn(run)) this.#control("run_move", { run, version: 1 });
        return;
      case "stray":
        return this.#stray(one.what, at);
      case "start":
        return this.#start("run0");
      case "retry":
        if (run !== undefined && this.#mayGoOn(run)) this.#control("run_retry", { run });
        return;
      case "kill": {
        const slot = this.#world.down(one.who === "writer" ? { writer: at?.writer ?? "" } : one.who, one.gently);
        if (slot !== undefined) this.#later(one.down, () => this.#world.start(slot));
        return;
      }
      case "freeze":
        return this.#world.freeze(one.who, one.ms);
      default:
        return one satisfies never;
    }
  }

  /**
   * Which calls a function made in the breath it was stopped in stands in no journal: what it heard of its own facts then comes later
   * where it is resumed, behind what was journaled meanwhile, and a reader does not know in which order.
   */
  #mayGoOn(run: string): boolean {
    return !this.#spun.has(baseOf(run));
  }

  #stray(what: Stray, at: Stored | undefined): void {
    const run = at?.run ?? [...this.runs][0] ?? "nobody";
    const id = `s${this.#ids++}`;
    switch (what) {
      case "answer of another":
        return this.#answer(run, at?.n ?? NEVER, THIRD, { output: "stray" });
      case "answer to nothing":
        return this.#answer(run, at?.type !== "ask.sent" ? (at?.n ?? NEVER) : NEVER, OTHER, { output: "stray" });
      case "answer unread":
        return this.#answer(run, at?.n ?? NEVER, OTHER, "unread");
      case "tick": {
        const n = CLOSED.has(at?.type ?? "") ? (at?.n ?? NEVER) : NEVER;
        const about = { id: `${run}-${n}.${id}`, type: "armada.timer.due", subject: `${run}-${n}`, team: TEAM, data: { n } };
        return this.#put(TEAM, buildSubject({ kind: "tick", team: TEAM, run, n }), about);
      }
      case "ask unread":
        return this.#ask("operator", "run_start", id, "unread");
      case "start unknown":
        return this.#ask("operator", "run_start", id, { workflow: "none", input: 1 });
      case "capability unknown":
        return this.#ask(OTHER, "none", `${id}-7`, { input: 1 });
      case "start unread":
        return this.#ask(OTHER, "serve", `${id}-7`, { input: "unread" });
      case "start far":
        return this.#ask(OTHER, "serve", `${id}-7`, { input: { generation: 0 } }, TOO_FAR);
      case "begun unread":
        return this.#fact("begun", id, { carry: 1 });
      case "begun declined":
        return this.#fact("begun", id, { id, carry: DECLINED });
      case "cancel foreign":
        return this.#ask(THIRD, "run_cancel", id, { run });
      case "cancel unknown":
        return this.#control("run_cancel", { run: "nobody" });
      case "approval foreign":
        return this.#ask(OTHER, "run_approve", id, { run, approved: true });
      case "control unread":
        return this.#ask("operator", "run_cancel", id, "unread");
      case "health":
        return this.#control("health_check", {});
      case "ledger":
        return this.#control("ledger_clear", { month: "2026-01", calls: [] });
      case "direct":
        return this.#ask(OTHER, "double", `${id}-7`, { input: 21 });
      default:
        return what satisfies never;
    }
  }

  #answer(run: string, n: number, from: string, data: unknown): void {
    const subject = buildSubject({ kind: "answer", to: TEAM, from, run, n });
    this.#put(TEAM, subject, { id: `${run}-${n}.${this.#ids++}`, type: "armada.answered", subject: `${run}-${n}`, team: from, data });
  }

  /** The other team's side: it answers what it is asked, as the node that asks says. */
  #asked({ subject, envelopes: [envelope] }: Message): void {
    const ask = parseSubject(subject);
    if (ask?.kind !== "ask" || ask.capability !== "answer" || envelope === undefined) return;
    const data = envelope.data as { input?: { at?: string } };
    const node = this.#nodes.get(data.input?.at ?? "");
    if (node?.op !== "call" || node.answer === "silence") return;
    const [, run = "", n = ""] = /^(.*)-(\d+)$/.exec(ask.id) ?? [];
    const body =
      node.answer === "output"
        ? { output: held(live(node.says))?.value ?? null }
        : { failure: { code: "DRAWN_REFUSAL", message: `refused at «${node.at}»` } };
    for (let times = 0; times < node.times; times++)
      this.#later(node.after + times * 700, () => {
        const answer = buildSubject({ kind: "answer", to: TEAM, from: OTHER, run, n: Number(n) });
        this.#put(TEAM, answer, { id: `${ask.id}.answer`, type: "armada.answered", subject: ask.id, team: OTHER, data: body });
      });
  }

  #fact(
    kind: EventName | "begun",
    id: string,
    data: unknown,
    schemaversion: number = kinds[kind].version,
    more: { readonly time?: string } = {},
  ): void {
    const { team, entity, event, type } = kinds[kind];
    const key = kind === "begun" ? `begun-${id}` : `x${this.#ids++}`;
    const about = { id: key, type, subject: id, team, schemaversion, data: held(data)?.value, ...more };
    this.#put(team, buildSubject({ kind: "fact", team, entity, event, id, key }), about);
  }

  #tell({ kind, id, form }: Extract<Outside, { does: "event" }>, k: number): void {
    const data = form === "misfit" ? { id } : { id, k };
    if (kind === "seen") return this.#fromOutside(id, data, form);
    // Half of what the other team sends is of the version before, and half of that had its new form already.
    const old = kind === "nudged" && k % 2 === 1;
    const time = form === "odd time" ? { time: "some day" } : {};
    this.#fact(kind, id, old && k % 4 === 1 && form !== "misfit" ? { id, old: k } : data, old ? 1 : kinds[kind].version, time);
  }

  /** As the gateway states what it was told. */
  #fromOutside(id: string, data: unknown, form: Form | undefined): void {
    const { entity, event, type } = kinds.seen;
    const now = this.#world.clock.now();
    const about = { id: `x${this.#ids++}`, source: "urn:sensor" };
    const key = shortHash(about.source, about.id);
    const said = form === "before" ? now - AN_HOUR_MS : form === "after" ? now + AN_HOUR_MS : now;
    this.#put(GATEWAY, buildSubject({ kind: "fact", team: GATEWAY, entity, event, id, key }), {
      ...about,
      type,
      subject: id,
      team: GATEWAY,
      arrived: new Date(now).toISOString(),
      time: form === "no time" ? undefined : new Date(said).toISOString(),
      ...(form === "bytes" ? { data_base64: BYTES } : { data }),
      ...(form === "attributes" ? ATTRIBUTES : {}),
    });
  }

  #control(capability: string, data: Readonly<Record<string, unknown>>): void {
    this.#ask("operator", capability, `c${this.#ids++}`, data);
  }

  #ask(from: string, capability: string, id: string, data: unknown, hops = 0): void {
    const subject = buildSubject({ kind: "ask", to: TEAM, from, capability, id });
    this.#put(TEAM, subject, { id: `${id}.${capability}`, type: "armada.asked", subject: id, team: from, data: held(data)?.value, hops });
  }

  #put(
    stream: string,
    subject: string,
    about: Partial<Envelope> & Pick<Envelope, "id" | "type" | "team"> & { readonly subject: string },
  ): void {
    const time = this.#world.clock.now();
    const said = buildEnvelope({ source: `/${about.team}`, time: new Date(time).toISOString(), ...about }, chainOf(about.id));
    this.#world.mesh.stream(stream).append(subject, encodeBody([{ ...said, ...about }]), time);
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
}

function baseOf(run: string): string {
  return run.split("~")[0] ?? run;
}
