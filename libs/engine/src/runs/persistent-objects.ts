import { type Objects, type Ports, retry } from "@armada/event-sourcing";

/** Objects that are asked for again while their store is away: what is in hand, paid answers among it, stays in hand. */
export function persistent({ objects, ...ports }: Pick<Ports, "objects" | "clock" | "random" | "logger">): Omit<Objects, "drop"> {
  return {
    put: (bytes) => retry("store a large value", ports, () => objects.put(bytes)),
    give: (digest, to) => retry(`give ${to} a large value`, ports, () => objects.give(digest, to)),
    get: (digest, sender) => retry("read a large value", ports, () => objects.get(digest, sender)),
    show: (digest) => retry("show a large value", ports, () => objects.show(digest)),
    getShown: (digest, owner) => retry(`read a large value of ${owner}`, ports, () => objects.getShown(digest, owner)),
  };
}
