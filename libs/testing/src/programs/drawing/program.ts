import type { Value } from "./values.ts";

/** A drawn workflow: data that the executor carries out on `ctx` and the reader reads. Lengths in milliseconds. */
export type Block = readonly Node[];

/** `at` names a node: no other of its program has it, and the calls that it makes carry it. */
export type Node = { readonly at: string } & Op;

export type Op =
  /** Asks an agent. Its first `fails` attempts fail by `how`; then it says `says`. */
  | {
      readonly op: "agent";
      readonly agent: AgentName;
      readonly says: Value;
      readonly ms: number;
      readonly fails: number;
      readonly how: How;
      /** Its fallback fails as well; `once`, `twice`: so often it could not answer yet. */
      readonly worse?: true | "once" | "twice";
    }
  /** Asks the other team, which answers after `after`, `times` times; `answer` says what. */
  | {
      readonly op: "call";
      readonly says: Value;
      readonly answer: "output" | "refusal" | "silence";
      readonly after: number;
      readonly times: number;
      readonly within: number;
    }
  | { readonly op: "step"; readonly says: Value; readonly ms: number; readonly fails: number; readonly how: "throw" | "refuse" | "huge" }
  | { readonly op: "emit"; readonly id: string; readonly says: Value }
  | { readonly op: "sleep"; readonly ms: number }
  | { readonly op: "deadline"; readonly ms: number; readonly body: Block }
  | {
      readonly op: "wait";
      readonly kind: EventName | "begun";
      readonly id: string;
      readonly within?: number;
      /** From when on events count, before the start of the first run; that start unless said. */
      readonly since?: number;
      /** The event's attributes are wanted beside its data. */
      readonly fact?: true;
    }
  | { readonly op: "approval"; readonly show: Value; readonly within: number; readonly otherwise: "cancel" | "fail" | "continue" }
  | { readonly op: "join"; readonly how: "all" | "race" | "any" | "settled"; readonly branches: readonly Block[] }
  | { readonly op: "try"; readonly body: Block; readonly handler: Block }
  | { readonly op: "repeat"; readonly times: number; readonly body: Block }
  | { readonly op: "when"; readonly on: "random" | "patched"; readonly body: Block; readonly otherwise: Block }
  | { readonly op: "now" }
  | { readonly op: "random" }
  /** Calls with a length that is none. */
  | { readonly op: "misuse"; readonly how: "sleep" | "wait" | "approval" | "call" }
  /** Makes so many calls that end at once. */
  | { readonly op: "busy"; readonly calls: number }
  /** Holds the event loop for so long. */
  | { readonly op: "block"; readonly ms: number }
  /** A value of the function's own. */
  | { readonly op: "value"; readonly says: Value }
  | { readonly op: "throw"; readonly what: "error" | "refusal" | "huge" | "text" | "nothing" }
  /**
   * Waits for something that does not come from the workflow's context: it never comes, or it `comes` soon, and the function ends, or
   * calls its context. Or calls it for ever without waiting. The last of a body.
   */
  | { readonly op: "aside"; readonly comes?: "ends" | "calls" }
  | { readonly op: "spin" }
  /** Makes the calls of its body and does not wait for them. */
  | { readonly op: "leave"; readonly body: Block }
  /** Goes on as a new run until `times` of them have ended; then does nothing. Stands in the outermost block only. */
  /** `beside`: in the same breath it makes one more call, which nobody hears of. */
  | { readonly op: "again"; readonly times: number; readonly carry: Value; readonly beside?: boolean };

/**
 * `sure` has no fallback, `soft` has one; `writer` changes something outside before it answers; `paid` asks a model, and has
 * a fallback; `later` works in its hours only; `batched` asks a model in the batch lane.
 */
export type AgentName = "sure" | "soft" | "writer" | "paid" | "later" | "batched";
/** `unsent`: its model takes no request for now, and says until when. `later`: it was asked, and is to be asked again then. */
export type How = "throw" | "terminal" | "refuse" | "hang" | "huge" | "unsent" | "later";
/** Operations whose value comes from the journal as somebody else made it. */
export const FROM_JOURNAL: ReadonlySet<Node["op"]> = new Set(["agent", "step", "call", "wait"]);
/** Attempts that a step has: as many as are usual, and of `writer`, which says how many, fewer. */
export const ATTEMPTS = 4;
export const ATTEMPTS_OF_WRITER = 3;
/** A step's `ms` at which a model that is to be asked later keeps it waiting by its message for as long as one may, and is not held yet. */
export const JUST_MS = 150;
/** `poked` is the own team's, `nudged` the other team's, and `seen` comes from outside; `begun`, the other team's, starts runs. */
export type EventName = "poked" | "nudged" | "seen";
/** What is waited for, and told of: few ids, so that they meet. */
export const IDS = ["a", "b"] as const;
export const KINDS: readonly EventName[] = ["poked", "poked", "nudged", "nudged", "seen"];
/**
 * What is odd about an event: it does not fit its kind; it says no time that can be read; or, of one from outside, it says that it
 * happened an hour before or after it came, or not when; its data is bytes; it has attributes of its sender's.
 */
export type Form = "misfit" | "odd time" | "before" | "after" | "no time" | "bytes" | "attributes";

/**
 * A message that means nothing to its run. `answer`, `tick`: to a call that is not open, or none. `foreign`: what another team may not
 * do. `unread`: data that nobody can read. `unknown`: a start or a run that is not there. `declined`: a start that the subscription
 * leaves out. `far`: a start at the end of too long a chain. `direct`: what code answers, without a run.
 */
export type Stray = (typeof STRAYS)[number];
export const STRAYS = [
  "answer of another",
  "answer to nothing",
  "answer unread",
  "tick",
  "ask unread",
  "start unknown",
  "capability unknown",
  "start unread",
  "start far",
  "begun unread",
  "begun declined",
  "cancel foreign",
  "cancel unknown",
  "approval foreign",
  "control unread",
  "health",
  "ledger",
  "direct",
] as const;

/** When something happens: `ms` after the `nth` such journal event (from 1), or after the start where `on` is not said. */
export type When = { readonly on?: string; readonly nth?: number; readonly ms: number };

/** What happens around a program. */
export type Outside = { readonly when: When } /** `times`: one after the other, at once. */ & (
  | {
      readonly does: "event";
      readonly kind: EventName;
      readonly id: string;
      readonly k: number;
      readonly times: number;
      readonly form?: Form;
    }
  | { readonly does: "approve"; readonly approved: boolean; readonly times: number }
  | { readonly does: "cancel" }
  | { readonly does: "move" }
  | { readonly does: "stray"; readonly what: Stray }
  /** What started the first run comes once more. */
  | { readonly does: "start" }
  | { readonly does: "retry" }
  /** `writer`: the replica that wrote the message that it happens at. Down for `down`; `gently`, as a deployment ends it. */
  | { readonly does: "kill"; readonly who: "writer" | 0 | 1; readonly down: number; readonly gently: boolean }
  /** The replica of a slot stands still for so long, and goes on as if nothing had been. */
  | { readonly does: "freeze"; readonly who: 0 | 1; readonly ms: number }
);

/** All that one world is made of. The same case gives the same world. */
export type Case = {
  /** Of what the mesh does to its clients. */
  readonly seed: number;
  readonly hostile: boolean;
  /** Half of all acknowledgements are forgotten: what is done with comes again after the ack wait. */
  readonly forgetful?: boolean;
  /** Ticks are never late. */
  readonly punctual?: boolean;
  /** Half of what is being handled comes again meanwhile, to the same replica or the other one. */
  readonly doubled?: boolean;
  /** The server goes away with each replica that dies: what comes again is nobody's fault. */
  readonly away?: boolean;
  readonly start: "operator" | "ask" | "event";
  /** Where the subscription that starts runs begins, and whether there is a start from a second before the world; it is from then unless said. */
  readonly from?: "beginning" | "now" | "its time" | "after it" | undefined;
  /** The team's stream has no room for new runs until then, ms after the start. */
  readonly full?: number;
  /** How many runs of the program there are, side by side. */
  readonly runs: number;
  /** Replicas serve one version of the program each, and not both. */
  readonly mixed: boolean;
  /** Model calls that a run may make, or `daily` its team until its day ends, within the hour; and what happens at the limit. */
  readonly budget:
    | { readonly calls: number; readonly atLimit: "wait" | "fallback" | "stop"; readonly daily?: true | undefined }
    | undefined;
  /** Replicas that start from then on, ms after the start, let a run make as many model calls as it likes. */
  readonly raised?: number;
  /** How long a provider's batch takes, ms; a few seconds, or beyond an ack wait, unless said. */
  readonly batchMs?: number;
  /** Of the ids and events that a run took its next generation remembers so many; 1,000 unless said. */
  readonly remembers?: number | undefined;
  readonly input: Value;
  readonly body: Block;
  /** What replicas have under the same version that come up again: it does not fit the journal of `body`. */
  readonly changed?: Block | undefined;
  readonly outside: readonly Outside[];
};
