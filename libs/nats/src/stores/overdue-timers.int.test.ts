import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { expect, test } from "vitest";
import { link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh } from "../testing/index.ts";
import { fireOverdueTimers } from "./overdue-timers.ts";

const MiB = 1024 * 1024;
const PIECE = 900_000;
const BODY =
  '{"specversion":"1.0","id":"r1-1.due","source":"s","type":"armada.timer.due","subject":"r1-1","time":"","data":{"n":1},"team":"alpha","correlationid":"r1","causationid":"r1","schemaversion":1,"hops":0}';

test("a timer that falls due while there is no room fires once there is, once, whatever replicas look after it", {
  timeout: 60_000,
}, async () => {
  const said: string[] = [];
  await using mesh = await startTestMesh([{ team: "alpha", queues: [], sources: new Map() }], {
    extra: `jetstream { sync_interval: "100ms", max_file_store: ${100 * MiB} }\n`,
  });
  const admin = await link({
    servers: mesh.url,
    identity: await accessIn(mesh.keys).identity("provisioner"),
    logger: { info: () => undefined, warn: () => undefined },
  });
  const end = new AbortController();
  const replicas = [await mesh.connect("alpha"), await mesh.connect("alpha")];
  const sweeps = replicas.map((replica) =>
    fireOverdueTimers(replica.link, "alpha", { info: () => undefined, warn: (line) => void said.push(line) }, end.signal),
  );
  try {
    const manager = await jetstreamManager(admin.connection);
    // In the team's own subjects, for nobody may publish elsewhere: a stream without a bound takes the room of all.
    await manager.streams.add({ name: "filler", subjects: ["live.alpha.>"], storage: "file" as never });
    const [alpha] = replicas;
    if (alpha === undefined) throw new Error("a replica is there");
    const js = jetstream(alpha.link.connection, { timeout: 2_000 });
    const filling = async (): Promise<boolean> =>
      js.publish("live.alpha.x.1", new Uint8Array(PIECE)).then(
        () => false,
        () => true,
      );
    // Most of it before the timer is set: the rest is filled before it falls due, also on a busy machine.
    for (let bytes = 0; bytes < 85 * MiB; bytes += PIECE) await filling();
    const early = Date.now();
    expect((await alpha.timers.at({ run: "later", n: 1 }, early + 600_000, BODY)).kind).toBe("appended");
    expect((await alpha.timers.at({ run: "r1", n: 1 }, early + 3_000, BODY)).kind).toBe("appended");
    while (!(await filling()));
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // what falls due meanwhile is the very thing
    const ticks = async (run: string): Promise<number> => {
      const { state } = await manager.streams.info("TEAM_alpha", { subjects_filter: `tick.alpha.${run}.>` });
      return Object.keys(state.subjects ?? {}).length;
    };
    expect(await ticks("r1")).toBe(0);
    await manager.streams.delete("filler");
    await expect.poll(() => ticks("r1"), { timeout: 30_000, interval: 200 }).toBe(1);
    expect(said.filter((line) => /timers are overdue/.test(line)).length).toBeGreaterThan(0);
    expect(await ticks("later")).toBe(0);
    const { state } = await manager.streams.info("TIMERS_alpha", { subjects_filter: "tick.alpha.>" });
    expect(state.subjects).toEqual({ "tick.alpha.r1.1": 1 });
  } finally {
    end.abort();
    await Promise.all(sweeps);
    await admin.close();
  }
});
