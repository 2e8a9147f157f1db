import type { Message, Ports } from "@armada/event-sourcing";
import { persistently } from "./persistently.ts";

/**
 * The last message of each subject, in order, at least up to `atLeast`, however many there are: what one load may not bring
 * is read from the stream, after sequence `from`. `wanted` says what to keep.
 */
export function loadAll(
  what: string,
  ports: Pick<Ports, "log" | "clock" | "logger">,
  filters: readonly string[],
  atLeast: number,
  { from = 0, wanted = () => true }: { readonly from?: number; readonly wanted?: (message: Message) => boolean } = {},
): Promise<readonly Message[]> {
  const { log } = ports;
  return persistently(what, ports, async () => {
    const loads = await Promise.all(filters.map((filter) => log.load(filter, atLeast)));
    const loaded = loads.flatMap((load) => (load.kind === "loaded" ? load.messages : []));
    if (loads.every(({ kind }) => kind === "loaded")) {
      const kept = loaded.filter(wanted);
      return filters.length === 1 ? kept : kept.sort((a, b) => a.seq - b.seq);
    }
    // Whoever reads the stream may be behind as well: the last of what there is to read is the fence.
    const lasts = await Promise.all(filters.map((filter) => log.last(filter, atLeast)));
    const fence = Math.max(...lasts.map((last) => last?.seq ?? 0));
    const found = new Map<string, Message>();
    for (let read = from; read < fence; )
      read = await log.scan(filters, read, (message) => {
        found.delete(message.subject);
        if (wanted(message)) found.set(message.subject, message);
      });
    return [...found.values()];
  });
}
