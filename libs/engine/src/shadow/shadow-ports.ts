import { type Logger, MemoryMesh, type Objects, type Ports, type Tracer } from "@armada/event-sourcing";

/** What a shadow takes of the world: what it reads is real, and nothing that it writes is. */
export type ShadowSources = Pick<Ports, "clock" | "random" | "scheduler"> & { readonly objects: Pick<Objects, "get" | "getShown"> };

const silent: Logger = { info: () => undefined, warn: () => undefined };
const untraced: Tracer = { span: (_name, _attributes, parent, work) => work(parent) };

/** A team's ports on a log in memory, of which nothing leaves: asks stay there, timers never fire, objects are read from the real store and kept here. */
export function shadowPorts(team: string, { objects, ...system }: ShadowSources): { readonly ports: Ports; readonly mesh: MemoryMesh } {
  const mesh = new MemoryMesh(system.clock, system.random);
  mesh.provision(team, []);
  const { log, objects: own } = mesh.connect(team);
  const kept = new Set<string>();
  const ports: Ports = {
    ...system,
    logger: silent,
    tracer: untraced,
    timers: { at: async () => ({ kind: "appended", seq: 1 }) },
    log: {
      ...log,
      append: (subject, body, expect) => {
        const [kind, to = team] = subject.split(".");
        if (kind === "ask" || kind === "ans") mesh.stream(to);
        return log.append(subject, body, expect);
      },
    },
    objects: {
      put: async (bytes) => {
        const digest = await own.put(bytes);
        kept.add(digest);
        return digest;
      },
      get: (digest, sender = team) => (kept.has(digest) && sender === team ? own.get(digest) : objects.get(digest, sender)),
      getShown: (digest, owner) => objects.getShown(digest, owner),
      give: async () => undefined,
      show: async () => undefined,
      drop: async () => undefined,
    },
  };
  return { ports, mesh };
}
