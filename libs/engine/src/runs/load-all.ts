import { loadWhole, type Message, type Ports } from "@armada/event-sourcing";
import { persistently } from "./persistently.ts";

/** As `loadWhole`, again and again until the log answers. */
export async function loadAll(
  what: string,
  ports: Pick<Ports, "log" | "clock" | "logger">,
  filters: readonly string[],
  atLeast: number,
  options?: Parameters<typeof loadWhole>[3],
): Promise<readonly Message[]> {
  const { messages } = await persistently(what, ports, () => loadWhole(ports.log, filters, atLeast, options));
  return messages;
}
