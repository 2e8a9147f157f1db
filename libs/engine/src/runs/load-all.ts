import { loadWhole, type Message, type Ports, retry } from "@armada/event-sourcing";

/** As `loadWhole`, again and again until the log answers. */
export async function loadAll(
  what: string,
  ports: Pick<Ports, "log" | "clock" | "random" | "logger">,
  filters: readonly string[],
  atLeast: number,
  options?: Parameters<typeof loadWhole>[3],
): Promise<readonly Message[]> {
  const { messages } = await retry(what, ports, () => loadWhole(ports.log, filters, atLeast, options));
  return messages;
}
