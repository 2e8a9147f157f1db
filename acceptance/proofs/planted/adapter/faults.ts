/** One changed line of an adapter that breaks one promise of the ports. */
export type Fault = {
  readonly name: string;
  /** Where the suite has to find it. */
  readonly adapter: "memory calm" | "memory hostile" | "JetStream R1";
  /** The file, and what stands there once. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

const STREAM = "libs/event-sourcing/src/memory/stream.ts";
const MESH = "libs/event-sourcing/src/memory/mesh.ts";

export const FAULTS: readonly Fault[] = [
  {
    name: "an expectation is ignored",
    adapter: "memory calm",
    file: STREAM,
    from: "if (last !== expect.last)",
    to: "if (last < 0)",
  },
  {
    name: "a create-once hit is answered as appended",
    adapter: "memory calm",
    file: STREAM,
    from: 'return { kind: "conflict", last };',
    to: 'return expect.last === 0 ? { kind: "appended", seq: last } : { kind: "conflict", last };',
  },
  {
    name: "a load is not fenced",
    adapter: "memory hostile",
    file: MESH,
    from: 'if (loaded.kind === "too_many" || loaded.upTo >= atLeast) return loaded;',
    to: "return loaded;",
  },
  {
    name: "following skips one after a gap",
    adapter: "memory calm",
    file: MESH,
    from: "next++;",
    to: "next += message.envelopes.length > 0 ? 1 : 2;",
  },
  {
    name: "a source brings facts out of their order",
    adapter: "memory hostile",
    file: MESH,
    from: "const next = waiting.shift();",
    to: "const next = waiting.pop();",
  },
  {
    name: "a timer fires early",
    adapter: "memory calm",
    file: MESH,
    from: "Math.max(0, time - this.#clock.now()) + late",
    to: "Math.max(0, time - this.#clock.now() - 20) + late",
  },
  {
    name: "a message is acknowledged before its handler ends",
    adapter: "JetStream R1",
    file: "libs/nats/src/log/pull.ts",
    from: "const of = era;\n",
    to: 'const of = era;\n    answer(reply, "+ACK", of);\n',
  },
  {
    name: "an envelope may disagree with its subject",
    adapter: "JetStream R1",
    file: "libs/contracts/src/envelope.ts",
    from: "if (!envelopes.every((envelope) => agrees(parsed, envelope)))",
    to: "if (envelopes.length === 0)",
  },
  {
    name: "nothing is created once",
    adapter: "JetStream R1",
    file: "libs/nats/src/log/expectation.ts",
    from: 'const sequence = header("Nats-Expected-Last-Subject-Sequence", String(last));',
    to: 'const sequence = last > 0 ? header("Nats-Expected-Last-Subject-Sequence", String(last)) : "";',
  },
  {
    name: "following begins one too late",
    adapter: "JetStream R1",
    file: "libs/nats/src/log/consume.ts",
    from: "opt_start_seq: from + 1 }",
    to: "opt_start_seq: from + 2 }",
  },
];
