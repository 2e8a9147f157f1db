import { type Objects, type Ports, retry } from "@armada/event-sourcing";

/** Objects that are asked for again while their store is away: what is in hand, paid answers among it, stays in hand. */
export function persistent({ objects, ...ports }: Pick<Ports, "objects" | "clock" | "random" | "logger">): Pick<Objects, "put" | "get"> {
  return {
    put: (bytes) => retry("store a large value", ports, () => objects.put(bytes)),
    get: (digest, owner) => retry("read a large value", ports, () => objects.get(digest, owner)),
  };
}
