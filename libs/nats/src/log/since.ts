/** Before a queue's name, in the metadata of its team's stream: when it was first provisioned, ISO-8601. */
const KEY = "armada.since.";

type Metadata = Readonly<Record<string, string>>;

/** When a queue was first provisioned, ms since 1970; undefined where that was before there were records of it. */
export function sinceOf(metadata: Metadata, queue: string): number | undefined {
  const at = Date.parse(metadata[`${KEY}${queue}`] ?? "");
  return Number.isNaN(at) ? undefined : at;
}

/**
 * The metadata of a team's stream with a record of each of its queues: a record stays as it is; without one, `made` says when
 * the queue's consumer was made. The server says that too, but of a consumer that is restored or made again it says that time.
 * Queues that are no longer wanted are forgotten.
 */
export function withSince(metadata: Metadata, made: ReadonlyMap<string, string>): Record<string, string> {
  const others = Object.entries(metadata).filter(([key]) => !key.startsWith(KEY));
  const records = [...made].map(([queue, at]) => [`${KEY}${queue}`, metadata[`${KEY}${queue}`] ?? at] as const);
  return Object.fromEntries([...others, ...records]);
}
