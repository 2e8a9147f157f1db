/**
 * Words that, opening a sentence, point at something said before it. A sentence that is taken out of its text
 * and opens with one of them has left its reference behind. Committed as data: the checks of the article read it too.
 */
const LEFT_BEHIND: ReadonlySet<string> = new Set(
  `this that these those it its i my we our yes no they them their theirs he him his she her hers such so thus hence therefore however but and or nor yet also
  then there here again moreover furthermore additionally besides meanwhile nevertheless nonetheless otherwise instead likewise similarly
  consequently accordingly conversely alternatively afterwards later earlier previously both neither either another others former latter
  finally lastly secondly thirdly second third next still indeed rather because which who whose whereas though although too same one ones
  above below further similarly unlike`.split(/\s+/u),
);

/** Openings of several words that point back as well. */
const LEFT_BEHIND_PHRASES =
  /^(?:(?:in|at|for|on|by|with|from|to|of|after|before|during|under|as|like|unlike|despite|given|while|when|if|once|since|until|because of) (?:this|that|these|those|it|its|they|them|their|he|him|his|she|her|such|the latter|the former|the same|doing so|then|which)\b|in (?:addition|contrast|other words|turn|short|fact|particular|the same|both)\b|on the (?:other|contrary)\b|as (?:a result|such|well|mentioned|noted|above|before|shown|described)\b|for (?:example|instance|the same)\b|at the same\b|even (?:so|then)\b|the (?:same|latter|former|other|others|above|following|rest|second|third|next|result)\b|all (?:of )?(?:this|these|that|those|of them)\b|(?:some|most|many|none|each|any|several|one|two|three|half) of (?:this|these|those|them|which)\b|after all\b|of course\b|no other\b|not only\b)/iu;

/** Whether a sentence opens with a word whose reference was left behind. */
export function opensLeftBehind(sentence: string): boolean {
  const opening = sentence.replace(/^[^\p{L}\p{N}]+/u, "");
  const first = /^[\p{L}]+/u.exec(opening)?.[0]?.toLowerCase() ?? "";
  return LEFT_BEHIND.has(first) || LEFT_BEHIND_PHRASES.test(opening);
}
