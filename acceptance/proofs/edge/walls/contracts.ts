// What may cross in the mesh of this proof, as docs/security.md says it and the teams' contracts have it: written down here once more,
// by hand, so that a fault in how the product computes it is seen.

export const TEAMS = ["beta", "federation", "gateway", "late", "quiet", "told"] as const;
export const KINDS = ["TEAM", "TIMERS", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS", "SHOWN"] as const;

/** late asks beta; each team asks the federation for its budget; the gateway starts what the outside asks for. */
export function asks(asker: string, asked: string): boolean {
  if (!isTeam(asked) || asker === asked) return false;
  if (asker === "operator" || asker === "gateway") return true;
  return isTeam(asker) && (asked === "federation" || (asker === "late" && asked === "beta"));
}

/** Facts from outside, under the subject that the taker's contract names. */
export const FACTS: readonly { readonly giver: string; readonly taker: string; readonly under: string }[] = [
  { giver: "gateway", taker: "beta", under: "evt.gateway.com_example_beta.poked." },
  { giver: "gateway", taker: "late", under: "evt.gateway.com_example_late.opened." },
  { giver: "gateway", taker: "told", under: "evt.gateway.com_example_told.said." },
];

/** Whether what one sends another, an ask or its answer, may refer to bodies: the sender puts copies into the receiver's objects. */
export function sends(sender: string, receiver: string): boolean {
  return asks(sender, receiver) || (isTeam(sender) && receiver !== "operator" && asks(receiver, sender));
}

/** Whether two teams have a contract, in either direction. */
export function haveContract(one: string, other: string): boolean {
  const takes = FACTS.some(({ giver, taker }) => (giver === one && taker === other) || (giver === other && taker === one));
  return asks(one, other) || asks(other, one) || takes;
}

/** The kinds of an owner's streams whose messages an identity may read. Of others' bodies a team reads those alone that facts for it may refer to. */
export function readable(reader: string, owner: string): readonly string[] {
  if (reader === owner) return reader === "operator" ? ["OBJECTS"] : KINDS;
  if (owner === "operator") return [];
  if (reader === "operator" || reader === "gateway") return KINDS.filter((kind) => kind !== "SHOWN");
  if (reader === "archiver") return ["TEAM", "OBJECTS"];
  return FACTS.some(({ giver, taker }) => giver === owner && taker === reader) ? ["SHOWN"] : [];
}

/** Whether what `writer` says may be stored under this subject in a stream of `owner`. */
export function mayWrite(writer: string, owner: string, subject: string): boolean {
  if (writer === owner) return true;
  if (subject.startsWith(`ask.${owner}.${writer}.`)) return asks(writer, owner);
  if (subject.startsWith(`ans.${owner}.${writer}.`)) return asks(owner, writer);
  if (subject.startsWith(`obj.${owner}.of.${writer}.`)) return sends(writer, owner);
  return FACTS.some(({ giver, taker, under }) => giver === writer && taker === owner && subject.startsWith(under));
}

/** Whether what is said under this subject may be heard by who listens: live text by operator and gateway. */
export function mayHear(listener: string, speaker: string, subject: string): boolean {
  if (listener === speaker) return true;
  return (listener === "operator" || listener === "gateway") && isTeam(speaker) && subject.startsWith(`live.${speaker}.`);
}

function isTeam(name: string): boolean {
  return (TEAMS as readonly string[]).includes(name);
}
