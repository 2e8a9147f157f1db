import type { Mutation } from "./mutations.ts";

/** A change that no journal, no message and no answer can tell: of `from`, where `after` stands right before it in the file. */
type Equivalent = { readonly file: string; readonly after: string; readonly from: string; readonly how: string; readonly reason: string };

const BEHIND = "a stream that holds a run's first message stands at 1 at least";
const STANDS = "each start says where in the stream it stands, and at 1 at least: only runs that an older build began do not";
const FASTER = "a memory of what need not be looked at again: without it more is looked at, and the same found";

const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: "journal/state.ts",
    after: "version: ",
    from: "0",
    how: "one more",
    reason: "nobody looks at the version of a run that does not exist, and its first message writes it",
  },
  { file: "worker.ts", after: "this.#runs.commit(id, ", from: "0", how: "one more", reason: BEHIND },
  { file: "worker.ts", after: "this.#runs.derive(id, root, ", from: "0", how: "one more", reason: BEHIND },
  ...["this.#over.get(key) ?? ", "this.#over.get(key) ?? 0) : "].map((after) => ({
    file: "waits.ts",
    after,
    from: "0",
    how: "one more",
    reason: BEHIND,
  })),
  ...[
    { after: "Math.max(forgot, state.after ?? ", from: "0", how: "one more" },
    { after: "return state.after !== undefined || at ", from: ">=", how: "another operator" },
    { after: "seq > (after ?? ", from: "0", how: "one more" },
  ].map((one) => ({ ...one, file: "taken.ts", reason: STANDS })),
  { file: "taken.ts", after: "state.carried?.passed[waitKey(type, id)]?.seq ?? ", from: "0", how: "one more", reason: BEHIND },
  { file: "taken.ts", after: "else if (seq > (passed.get(key)?.seq ?? ", from: "0", how: "one more", reason: BEHIND },
  {
    file: "taken.ts",
    after: "events.set(event, { key, seq, at });\n    else if (seq ",
    from: ">",
    how: "another operator",
    reason: "no event is taken twice: none stands where the last one that was taken does",
  },
  {
    file: "waits.ts",
    after: "for (let left = arrivals.length; left ",
    from: ">",
    how: "another operator",
    reason: "one look more, once as many are taken as there are: it finds nothing, and ends the loop",
  },
  {
    file: "taken.ts",
    after: "state.after ?? 0, ",
    from: "state.carried?.passed[waitKey(type, id)]?.seq ?? 0",
    how: "the default always",
    reason: "it reads what was passed once more, and all of that is taken",
  },
  {
    file: "waits.ts",
    after: "if (left > ",
    from: "0",
    how: "one more",
    reason:
      "of a page that does not end what there is, its first fact is taken by a wait that looks further back: what is left is enough for the others",
  },
  {
    file: "waits.ts",
    after: "const from = delivery === 1 ? (",
    from: "this.#over.get(key) ?? 0",
    how: "the default always",
    reason: FASTER,
  },
  {
    file: "waits.ts",
    after: "first.seq - 1;\n    ",
    from: "putNewest(this.#over, key, Math.max(from, Math.min(over, seq)), MAX_OVER);",
    how: "a statement dropped",
    reason: FASTER,
  },
  { file: "waits.ts", after: "first === undefined ? (", from: "messages.at(-1)?.seq ?? 0", how: "the default always", reason: FASTER },
  { file: "waits.ts", after: "messages.at(-", from: "1", how: "one more", reason: FASTER },
  { file: "waits.ts", after: "messages.at(-1)?.seq ?? ", from: "0", how: "one more", reason: BEHIND },
  { file: "waits.ts", after: ": first.seq - ", from: "1", how: "one more", reason: FASTER },
  {
    file: "waits.ts",
    after: "open: ",
    from: "openWaits(run.state).filter(({ data }) => key === undefined || waitKey(data.type, data.id) === key)",
    how: "nothing filtered",
    reason: "what there is for the run's other waits is theirs as well: it is looked for once more, and taken once",
  },
  {
    file: "waits.ts",
    after: "++kept ",
    from: "<=",
    how: "another operator",
    reason: "a page holds one less, and what it does not hold stands in the next",
  },
  {
    file: "waits.ts",
    after: "if (left ",
    from: ">",
    how: "another operator",
    reason: "one fact more is looked at than the wait may need: which it takes is decided among all, in order",
  },
  {
    file: "waits.ts",
    after: "missing.get(n) ?? ",
    from: "0",
    how: "one more",
    reason: "a wait that misses nothing, not even one more, is not among those that miss something",
  },
  {
    file: "waits.ts",
    after: "(missing.get(n) ?? 0) ",
    from: "-",
    how: "another operator",
    reason: "all there is is read, and what a wait takes is still the first of it",
  },
  {
    file: "worker.ts",
    after: "if (delivery.delivery ",
    from: ">",
    how: "another operator",
    reason: "before a first delivery there is none that could be lost: the journal is read once more, and nothing is written",
  },
  {
    file: "intake.ts",
    after: 'subscription.from === "beginning" ? ',
    from: "0",
    how: "one more",
    reason: "nothing came in the first millisecond of 1970",
  },
  {
    file: "at-limit.ts",
    after: "(error.resetAt ?? ",
    from: "0",
    how: "one more",
    reason: "both are over, and what is over is waited for no more",
  },
  {
    file: "execution.ts",
    after: 'const n = "n" in event.data ? event.data.n : ',
    from: "0",
    how: "one more",
    reason: "an event that names no call neither records nor ends one, and the number is looked at for nothing else",
  },
];

/** Why a mutation changes nothing that anybody could see; undefined where no reason is known. */
export function reasonOf({ file, start, how, from }: Mutation, text: string): string | undefined {
  const before = text.slice(0, start);
  return EQUIVALENTS.find((one) => file.endsWith(`/${one.file}`) && before.endsWith(one.after) && one.how === how && one.from === from)
    ?.reason;
}
