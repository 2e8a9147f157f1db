import type { Log, Message } from "./ports.ts";

/** What it takes to read however many messages there are. */
export type WholeReads = Pick<Log, "load" | "last" | "scan">;

/**
 * The last message of each subject under the filters behind sequence `from`, in order, at least up to `atLeast`, however many
 * there are: what one load may not bring is read from the stream. `wanted` says what to keep. `upTo` is the sequence up to
 * which it looked. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function loadWhole(
  log: WholeReads,
  filters: readonly string[],
  atLeast = 0,
  { from = 0, wanted = () => true }: { readonly from?: number; readonly wanted?: (message: Message) => boolean } = {},
): Promise<{ readonly messages: readonly Message[]; readonly upTo: number }> {
  const loads = await Promise.all(filters.map((filter) => log.load(filter, atLeast)));
  const loaded = loads.flatMap((load) => (load.kind === "loaded" ? [load] : []));
  if (loaded.length === loads.length) {
    const kept = loaded.flatMap(({ messages }) => messages.filter(({ seq }) => seq > from)).filter(wanted);
    if (filters.length > 1) kept.sort((a, b) => a.seq - b.seq);
    return { messages: kept, upTo: loaded.reduce((least, { upTo }) => Math.min(least, upTo), Number.POSITIVE_INFINITY) };
  }
  // Whoever reads the stream may be behind as well: the last of what there is to read is the fence.
  const lasts = await Promise.all(filters.map((filter) => log.last(filter, atLeast)));
  const fence = Math.max(...lasts.map((last) => last?.seq ?? 0));
  const found = new Map<string, Message>();
  let read = from;
  while (read < fence)
    read = await log.scan(filters, read, (message) => {
      found.delete(message.subject);
      if (wanted(message)) found.set(message.subject, message);
    });
  return { messages: [...found.values()], upTo: read };
}
