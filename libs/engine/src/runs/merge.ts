import { withoutSecrets } from "@armada/contracts";
import type { Decision } from "../execution/answer.ts";
import type { CachedRun } from "../execution/cached-run.ts";
import { merges } from "../journal/table.ts";

/** `ordinal` of the message that was written; undefined where there was nothing to say. `waits`: it set a `waitFor`. */
export type Committed = { readonly run: CachedRun; readonly ordinal: number | undefined; readonly waits: boolean };

/** `owed`: resolves once all that follows from the message is stored; one promise for all whose decisions it holds. */
export type Told = { readonly committed: Committed; readonly owed?: Promise<void> };

/** Sees the newest state; answers undefined where there is nothing to say. */
export type Decide = (run: CachedRun) => Decision | undefined;

/** A commit that waits for its run's turn. */
export type Member = { readonly atLeast: number; readonly decide: Decide; tell(told: Told): void; fail(error: unknown): void };

/** A message's decision, whose decisions it is made of, and who waits for a later message. */
export type Merged = {
  readonly decision: Decision;
  readonly parts: readonly { readonly member: Member; readonly decision: Decision }[];
  readonly later: readonly Member[];
};

/**
 * What the first of `members` decides, and, where that is the outcome of a call, the outcomes of other calls after it: those
 * that were waiting while a message was written leave in one. Who has nothing to say is told so.
 */
export function merge(run: CachedRun, members: readonly Member[]): Merged | undefined {
  const parts: { member: Member; decision: Decision }[] = [];
  const calls = new Set<number>();
  const rest = [...members];
  for (let member = rest.shift(); member !== undefined; member = rest.shift()) {
    const decision = decided(run, member);
    if (decision === undefined) continue;
    const call = outcomeOf(decision);
    const alone = call === undefined || calls.has(call);
    if (alone && parts.length > 0) return whole(parts, [member, ...rest]);
    parts.push({ member, decision });
    if (call === undefined) return whole(parts, rest);
    calls.add(call);
  }
  return parts.length === 0 ? undefined : whole(parts, rest);
}

function whole(parts: Merged["parts"], later: readonly Member[]): Merged {
  const [first] = parts;
  const decision = parts.length === 1 && first !== undefined ? first.decision : { events: parts.flatMap((part) => part.decision.events) };
  return { decision, parts, later };
}

function decided(run: CachedRun, member: Member): Decision | undefined {
  try {
    const decision = withoutSecrets(member.decide(run)); // before the function hears of it, which shall get the same from the journal
    if (decision === undefined) member.tell({ committed: { run, ordinal: undefined, waits: false } });
    return decision;
  } catch (error) {
    member.fail(error);
    return undefined;
  }
}

/** The call that a decision is the outcome of, where it is that and nothing else. */
function outcomeOf({ events, provenance, causation }: Decision): number | undefined {
  const [event] = events;
  if (events.length !== 1 || event === undefined || provenance !== undefined || causation !== undefined) return undefined;
  return merges(event) && "n" in event.data ? event.data.n : undefined;
}
