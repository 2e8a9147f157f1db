/** In the metadata of a team's stream: the sequence after which each sender is who its account says. */
const KEY = "armada.accounts.after";

type Metadata = Readonly<Record<string, string>>;

/**
 * Of a stream in an account of its own: whoever asks or answers has published there from its own account, below its own name, so what
 * came after this sequence needs no proof of who sent it. What came before may have been put there by anybody. Without a record that
 * is all: `Infinity`.
 */
export function accountsAfter(metadata: Metadata): number {
  const text = metadata[KEY] ?? "";
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

/** The metadata of a stream that is in an account of its own now, and ends at `last`: a record that is there stays. */
export function withAccounts(metadata: Metadata, last: number): Record<string, string> {
  return { ...metadata, [KEY]: metadata[KEY] ?? String(last) };
}

/** The metadata of a stream of which nobody here knows how its messages came into it: it is restored from a file. */
export function withoutAccounts(metadata: Metadata = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== KEY));
}
