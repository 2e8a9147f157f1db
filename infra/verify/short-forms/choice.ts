/** A short form as the choice sees it. `seconds`: processor time. `always`: in each gate. */
export type ShortForm = { readonly name: string; readonly seconds: number; readonly always?: true };

/** What a commit's gate has: by name, in the order of the list, each in one of the first three. */
export type Choice = {
  readonly always: readonly string[];
  /** What the change touches, as far as there is room; `postponed` are those for which there was none. */
  readonly touched: readonly string[];
  /** Those whose turn it is. */
  readonly inTurn: readonly string[];
  readonly postponed: readonly string[];
  /** Which turn it is, from 1, of how many: that many in a row have each form. */
  readonly turn: number;
  readonly turns: number;
};

/**
 * Chooses a gate's short forms: those that are in each, what the change touches, and a share of the others by turns. The same
 * arguments give the same choice. `room`: processor seconds for the turn's share, and once more for what is touched: however
 * many forms come, a gate takes no longer, and there are more turns.
 */
export function choose(forms: readonly ShortForm[], about: { touched: ReadonlySet<string>; turn: number; room: number }): Choice {
  const others = forms.filter(({ always }) => always !== true);
  const shares = sharesOf(others, about.room);
  const turn = about.turn % shares.length;
  const share = shares[turn] ?? new Set();
  const inTurn = others.filter(({ name }) => share.has(name));
  const wanted = others.filter(({ name }) => about.touched.has(name) && !share.has(name));
  // Who is postponed changes with the turn: each is the first at some time.
  const first = wanted.length === 0 ? 0 : about.turn % wanted.length;
  const touched = new Set<string>();
  let left = about.room;
  for (const { name, seconds } of [...wanted.slice(first), ...wanted.slice(0, first)])
    if (seconds <= left) {
      touched.add(name);
      left -= seconds;
    }
  const names = (some: readonly ShortForm[]): string[] => some.map(({ name }) => name);
  return {
    always: names(forms.filter(({ always }) => always === true)),
    touched: names(wanted.filter(({ name }) => touched.has(name))),
    inTurn: names(inTurn),
    postponed: names(wanted.filter(({ name }) => !touched.has(name))),
    turn: turn + 1,
    turns: shares.length,
  };
}

/** Parts the forms so that no share takes more than `room`, unless one form alone does: as few shares as the longest-first rule finds. */
function sharesOf(forms: readonly ShortForm[], room: number): readonly ReadonlySet<string>[] {
  const longestFirst = [...forms].sort((a, b) => b.seconds - a.seconds || (a.name < b.name ? -1 : 1));
  for (let count = 1; ; count++) {
    const shares = Array.from({ length: count }, () => ({ names: new Set<string>(), seconds: 0 }));
    for (const { name, seconds } of longestFirst) {
      const emptiest = shares.reduce((one, other) => (other.seconds < one.seconds ? other : one));
      emptiest.names.add(name);
      emptiest.seconds += seconds;
    }
    if (count >= forms.length || shares.every((share) => share.seconds <= room)) return shares.map(({ names }) => names);
  }
}
