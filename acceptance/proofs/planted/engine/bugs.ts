/** One changed line of engine or adapter. `from` occurs in `file` once; `rule` is the one of the engine that it breaks. */
export type PlantedBug = {
  readonly name: string;
  readonly rule: number;
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

const ENGINE = "libs/engine/src/";
const APPEND_ONCE = "libs/event-sourcing/src/append-once.ts";

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "ack before derive",
    rule: 4,
    file: `${ENGINE}runs/run-store.ts`,
    from: "const stored = await store(derived, this.ports);\n    if (committed.waits)",
    to: "const stored = Number(store(derived, this.ports) === undefined);\n    if (committed.waits)",
  },
  {
    name: "unfenced load at a join",
    rule: 5,
    file: `${ENGINE}runs/run-store.ts`,
    from: "const atLeast = Math.max(wanted, this.#journals.floor(id));\n    const hot",
    to: "const atLeast = Math.min(wanted, this.#journals.floor(id));\n    const hot",
  },
  {
    name: "answer folded in stream order, not journaled",
    rule: 1,
    file: `${ENGINE}runs/run-store.ts`,
    from: "const written = await this.#write(turn, events);",
    to: 'const written = await this.#write(turn, events.filter((event) => event.type !== "ask.answered" || events.length === 1));',
  },
  {
    name: "create-once hit taken as own",
    rule: 2,
    file: APPEND_ONCE,
    from: "return stored?.envelopes[0]?.id === id ? stored.seq : undefined;",
    to: "return id === undefined ? undefined : stored?.seq;",
  },
  {
    name: "a rival's write in flight taken for what it may become",
    rule: 5,
    file: APPEND_ONCE,
    from: 'if (answer.last === undefined) return { kind: "unavailable", reason: "a rival\'s write is in flight" };',
    to: 'if (answer.last === undefined) return { kind: "stored", seq: 0, already: true };',
  },
  {
    name: "completion without expectation",
    rule: 1,
    file: `${ENGINE}runs/run-store.ts`,
    from: "log.append(subject, body, expect)",
    to: 'log.append(subject, body, sending?.written.events[0]?.type === "step.completed" ? { filter: subject, last: 0 } : expect)',
  },
  {
    name: "trigger on old history",
    rule: 13,
    file: `${ENGINE}inbound/intake.ts`,
    from: "if (Date.parse(fact.arrived) < from) return DONE;",
    to: "if (Date.parse(fact.time) < 0 * from) return DONE;",
  },
  {
    name: "the last branches of a wide fan-out are not dispatched",
    rule: 3,
    file: `${ENGINE}journal/derive.ts`,
    from: ".slice(1)\n",
    to: ".slice(1, 8)\n",
  },
  {
    name: "a hot run is not brought up to what is delivered",
    rule: 6,
    file: `${ENGINE}runs/run-store.ts`,
    from: "if (hot.lastSeq >= atLeast) return this.#keep(hot);",
    to: "if (hot.lastSeq >= 0 * atLeast) return this.#keep(hot);",
  },
  {
    name: "a journaled failure counts as a lost worker too",
    rule: 8,
    file: `${ENGINE}steps/worker.ts`,
    from: "delivery: () => deliveries.newest,\n      atLimit",
    to: "delivery: () => deliveries.newest - 1,\n      atLimit",
  },
  {
    name: "a wait does not look back",
    rule: 10,
    file: `${ENGINE}runs/run-store.ts`,
    from: "if (committed.waits) await",
    to: "if (committed.waits && stored < 0) await",
  },
  {
    name: "an outcome after the cancel is journaled",
    rule: 11,
    file: `${ENGINE}steps/worker.ts`,
    from: 'return step?.status === "requested" && state.ended === undefined;',
    to: 'return step?.status === "requested" && state.ended !== null;',
  },
  {
    name: "a copied event starts its run again",
    rule: 13,
    file: `${ENGINE}inbound/intake.ts`,
    from: "const run = startedBy(name, fact.key);",
    to: "const run = startedBy(name, fact.key + delivery.seq);",
  },
];
