import { type Objects, type Ports, retry } from "@armada/event-sourcing";

/** Objects that are asked for again while their store is away, until `signal` aborts: what is in hand, paid answers among it, stays in hand. */
export function persistent(
  { objects, ...ports }: Pick<Ports, "objects" | "clock" | "random" | "logger">,
  signal?: AbortSignal,
): Omit<Objects, "drop"> {
  const again = <T>(what: string, work: () => Promise<T>): Promise<T> => retry(what, ports, work, { signal });
  return {
    put: (bytes) => again("store a large value", () => objects.put(bytes)),
    give: (digest, to) => again(`give ${to} a large value`, () => objects.give(digest, to)),
    get: (digest, sender) => again("read a large value", () => objects.get(digest, sender)),
    show: (digest) => again("show a large value", () => objects.show(digest)),
    getShown: (digest, owner) => again(`read a large value of ${owner}`, () => objects.getShown(digest, owner)),
  };
}
