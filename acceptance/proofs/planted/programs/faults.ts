/** A fault that the engine had, or that is of its kind, put back. `from` occurs in `file` once. */
export type Fault = { readonly name: string; readonly file: string; readonly from: string; readonly to: string };

const ENGINE = "libs/engine/src/";

export const FAULTS: readonly Fault[] = [
  {
    name: "two waits of a run take one event",
    file: `${ENGINE}journal/taken.ts`,
    from: "return taken.has(event) ||",
    to: 'return (event === "" && taken.has(event)) ||',
  },
  {
    name: "a wait that is over takes an event",
    file: `${ENGINE}journal/taken.ts`,
    from: 'wait.kind === "wait" && wait.open ?',
    to: 'wait.kind === "wait" ?',
  },
  {
    name: "what came between two generations of a run belongs to neither",
    file: `${ENGINE}journal/derive.ts`,
    from: "...(after === undefined ? {} : { after }),",
    to: "",
  },
  {
    name: "a generation takes what the one before it took",
    file: `${ENGINE}journal/derive.ts`,
    from: "...(carried === undefined ? {} : { carried }),",
    to: "",
  },
  {
    name: "a workflow sees a step's value as it was made, and a replay as it was journaled",
    file: `${ENGINE}steps/inline-steps.ts`,
    from: "const output = journalForm(\n",
    to: "const output = ((value: unknown, _: string) => value ?? null)(\n",
  },
  {
    name: "an agent's value that no journal holds is a fault of the machinery",
    file: `${ENGINE}steps/agent-call.ts`,
    from: "return journalForm(fitted(agent.output,",
    to: "return ((value: unknown, _: string) => value ?? null)(fitted(agent.output,",
  },
  {
    name: "a step whose value no journal holds is tried again",
    file: `${ENGINE}steps/inline-steps.ts`,
    from: "error instanceof Refusal || isTerminal(error) ||",
    to: "error instanceof Refusal ||",
  },
  {
    name: "the texts of errors are not cut",
    file: `${ENGINE}journal/failure.ts`,
    from: "if (text.length <= MAX_TEXT / 3 ||",
    to: "if (text.length >= 0 ||",
  },
  {
    name: "a wait looks back over no more than one load",
    file: "libs/event-sourcing/src/whole.ts",
    from: "if (loaded.length === loads.length) {",
    to: "if (loads.length > 0) {",
  },
  {
    name: "what is emitted need not fit once it is JSON",
    file: `${ENGINE}execution/context.ts`,
    from: 'fitted(kind.data, form, "EVENT_INVALID",',
    to: 'if (kind.version < 0) fitted(kind.data, form, "EVENT_INVALID",',
  },
  {
    name: "inline work is done by whoever hears late of its outcome",
    file: `${ENGINE}inbound/intake.ts`,
    from: "if (ordinal === undefined && delivery.delivery === 1) return decidedBefore(delivery);",
    to: "",
  },
  {
    name: "inline work is done again where a start comes twice",
    file: `${ENGINE}inbound/starts.ts`,
    from: 'if (ordinal === undefined && !own) return { kind: "done" };',
    to: "",
  },
  {
    name: "a step's old dispatch answers for its new one",
    file: `${ENGINE}steps/worker.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    from: "const key = `${subject.run}-${call}-${subject.n}`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    to: "const key = `${subject.run}-${call}`;",
  },
];
