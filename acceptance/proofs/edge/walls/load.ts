import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type OutsideEvent, sendEvents } from "../../harness/gateway-events.ts";
import { type MeshFile, type Place, pause } from "../../harness/product.ts";

const EVERY_MS = 50;
const AGAIN_MS = 200;
/** A process that stands still for so long is given up by the server, whatever the accounts are. */
const STALE_MS = 4_000;

/** Events at a steady pace, whatever the mesh makes of it; what was not acknowledged is sent again. `stop` waits until all are accepted. */
export type Load = { accepted(): number; perSecond(): number; stop(): Promise<void> };

/** `first`: the number of the first event. */
export function startLoad(mesh: Pick<MeshFile, "gateway" | "key">, { perSecond, first = 0 }: { perSecond: number; first?: number }): Load {
  const began = performance.now();
  const batch = Math.round((perSecond * EVERY_MS) / 1_000);
  let sent = 0;
  let stopped: number | undefined;
  const open = new Set<Promise<void>>();
  const send = async (from: number): Promise<void> => {
    const events = Array.from(
      { length: batch },
      (_, i): OutsideEvent => ({ id: `said${from + i}`, type: "com.example.told.said", data: { n: from + i } }),
    );
    for (;;) {
      const refused = await sendEvents(mesh, events).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      if (refused === undefined) return;
      if (!refused.includes("answered 503")) throw new Error(refused);
      await pause(AGAIN_MS);
    }
  };
  const sending = (async () => {
    for (let n = 0; stopped === undefined; n++) {
      const one = send(first + sent);
      sent += batch;
      open.add(one);
      one.then(
        () => open.delete(one),
        () => undefined, // it is thrown where all are awaited
      );
      await pause(Math.max(0, began + (n + 1) * EVERY_MS - performance.now()));
    }
    await Promise.all(open);
  })();
  sending.catch(() => undefined); // thrown to who stops it
  return {
    accepted: () => sent,
    perSecond: () => sent / (((stopped ?? performance.now()) - began) / 1_000),
    stop: () => {
      stopped ??= performance.now();
      return sending;
    },
  };
}

/** A connection of a process to the server: one that is made anew is another. */
export type Connection = { readonly service: string; readonly pid: number; readonly from: string };

/** The connections of a mesh's services to its server, as Linux tells them. */
export function connectionsIn(mesh: MeshFile): readonly Connection[] {
  const port = Number(new URL(mesh.nats).port).toString(16).toUpperCase().padStart(4, "0");
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  const bySocket = new Map<string, string>(
    rows.flatMap((row) => {
      const [, local = "", remote = "", state, , , , , , inode] = row.trim().split(/\s+/u);
      return state === "01" && remote.endsWith(`:${port}`) ? [[`socket:[${inode}]`, local] as const] : [];
    }),
  );
  return Object.entries(mesh.pids).flatMap(([service, pids]) =>
    service === "nats"
      ? []
      : pids.flatMap((pid) =>
          socketsOf(pid).flatMap((socket) => (bySocket.has(socket) ? [{ service, pid, from: bySocket.get(socket) ?? "" }] : [])),
        ),
  );
}

function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(join(folder, fd))];
    } catch {
      return []; // it was closed while it was looked at
    }
  });
}

/** Those that are no longer there, but for those of processes that stood still, which the server gives up. */
export function cutOf(before: readonly Connection[], mesh: MeshFile, { cwd }: Place): readonly string[] {
  const now = new Set(connectionsIn(mesh).map(({ pid, from }) => `${pid} ${from}`));
  return before.flatMap(({ service, pid, from }) => {
    if (now.has(`${pid} ${from}`)) return [];
    const log = readFileSync(join(cwd, `.armada/logs/${service}.log`), "utf8");
    const held = [...log.matchAll(/"ms":(\d+),"msg":"the event loop was held"/gu)].map(([, ms]) => Number(ms));
    return held.some((ms) => ms >= STALE_MS) ? [] : [`${service} (${pid})`];
  });
}
