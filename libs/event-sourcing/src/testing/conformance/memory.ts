import { type Hostility, type Mischief, noMischief } from "../../memory/hostility.ts";
import { MemoryMesh } from "../../memory/mesh.ts";
import { ACK_WAIT_MS } from "../../memory/queue.ts";
import { seededRandom, VirtualClock } from "../virtual-time.ts";
import type { Adapter } from "./adapter.ts";

/** The memory mesh under virtual time: an hour of waiting takes no time at all. `mischief` counts what it did. */
export function memoryAdapter(name: string, hostility: Hostility, seed: number): Adapter & { mischief(): Mischief } {
  let mischief = noMischief();
  return {
    name,
    features: {
      restart: "the log lives and ends with its process",
      registers: true,
      copies: true,
      calm: hostility.forgottenAck === 0 ? true : "acknowledgements are forgotten by chance",
    },
    mischief: () => mischief,
    start: async (wants) => {
      const clock = new VirtualClock();
      const mesh = new MemoryMesh(clock, seededRandom(seed), hostility);
      mischief = mesh.mischief;
      for (const { team, queues, sources } of wants) mesh.provision(team, queues, sources);
      return {
        clock,
        virtual: true,
        ackWait: ACK_WAIT_MS,
        connect: async (team) => {
          const replica = mesh.connect(team);
          return { ...replica, kill: async () => replica.kill() };
        },
        archive: async (team) => mesh.connect(team).objects,
        watcher: async (team) => mesh.connect(team).live,
        store: (team, subject, body) => mesh.connect(team).log.append(subject, body),
        spoil: async (team, digest) => mesh.objects.spoil(team, digest),
        restart: async () => undefined,
        remake: async (team) => mesh.remake(team),
        drive: async (work, limit) => {
          let settled = false;
          const end = (): void => {
            settled = true;
          };
          work.then(end, end);
          const how = await clock.run(() => settled, limit);
          if (how !== "done") throw new Error(`the scenario gets nowhere (${how})`);
          return work;
        },
        stop: async () => undefined,
      };
    },
  };
}
