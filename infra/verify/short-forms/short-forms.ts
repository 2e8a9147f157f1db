import { registry } from "../../../acceptance/proofs/registry.ts";
import { choose } from "./choice.ts";
import { changedSince, headCommit, readImports } from "./commit.ts";
import { touchedBy } from "./touched.ts";

/**
 * Processor seconds of the short forms whose turn it is, and as many of those that a change touches. Most commits touch more than
 * that, so a gate takes both: with those that are always there under two minutes of two cores.
 */
const ROOM = 45;

/** A gate's short forms, and why it is these: a line each for people. */
export type ShortForms = { readonly names: readonly string[]; readonly why: readonly string[] };

/** `since`: only what a change since that revision touches, all of it. Else what the commit that is checked out chooses. */
export async function shortForms(since?: string): Promise<ShortForms> {
  const touched = async (changed: readonly string[]): Promise<ReadonlySet<string>> => touchedBy(changed, proofs, await readImports());
  if (since !== undefined) {
    const names = [...(await touched(changedSince(since)))];
    return { names, why: [line(`touched since ${since}`, names)] };
  }
  const { turn, changed } = headCommit();
  const choice = choose(registry, { touched: changed === undefined ? new Set() : await touched(changed), turn, room: ROOM });
  const why = [
    line("in each gate", choice.always),
    line(`turn ${choice.turn} of ${choice.turns}`, choice.inTurn),
    changed === undefined
      ? "short forms: a clone without history does not tell what changed"
      : line("touched by this commit and those before it", choice.touched),
    ...(choice.postponed.length === 0 ? [] : [line("touched, and left to their turn for want of time", choice.postponed)]),
  ];
  return { names: [...choice.always, ...choice.inTurn, ...choice.touched], why };
}

const proofs = registry.map(({ name, file, about }) => ({ name, file: `acceptance/proofs/${file}`, about }));

const line = (about: string, names: readonly string[]): string => `short forms, ${about}: ${names.join(", ") || "none"}`;
