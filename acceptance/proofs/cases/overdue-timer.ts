import { join } from "node:path";
import { jetstream, StorageType } from "@nats-io/jetstream";
import { copyCheckout } from "../harness/checkout.ts";
import { freePort, startNats } from "../harness/nats-by-hand.ts";
import { armada, type Place, pause, place, until, up } from "../harness/product.ts";
import { count, holds, type Proof } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { showRun, startRun } from "../judges/runs.ts";
import { connectAs, Streams } from "../judges/streams.ts";

const SLEEP_MS = 10_000;

/** The store's limit is reached while a timer falls due; then room is made: the run goes on. */
export const run: Proof = async function* ({ say }) {
  using copy = copyCheckout();
  copyTeam(copy, "sleeper");
  using at = place({}, copy.root);
  const keys = join(at.cwd, "keys");
  await armada(["provision", "--keys", keys], at); // the identities; there is no server yet
  const port = await freePort();
  const store = join(at.cwd, "store");
  // A server by somebody else, with a limit of its own.
  const extra = `jetstream { store_dir: "${store}", sync_interval: "100ms", max_file_store: 100MB }\n`;
  const server = await startNats(at.cwd, { port, keys, extra });
  const meant: Place = { ...at, env: { NATS_URL: `nats://127.0.0.1:${port}`, NATS_CREDS: keys } };
  try {
    await using mesh = await up(["--only", "sleeper"], meant);
    const about = { nats: `nats://127.0.0.1:${port}`, keys };
    await using streams = await Streams.open(about);
    const filler = await connectAs("sleeper", about);
    try {
      const manager = await streams.managerOf("TEAM_sleeper");
      // On subjects that the team may publish to and no stream has; without a bound it takes the room of all.
      await manager.streams.add({ name: "filler", subjects: ["live.sleeper.>"], storage: StorageType.File });
      const napping = await startRun("sleeper.nap", "{}", meant);
      await until("the run to sleep", 10_000, async () => (await showRun(napping, meant)).status === "waiting");
      say("no room while it is due");
      const js = jetstream(filler, { timeout: 2_000 });
      for (let taken = true; taken; )
        taken = await js.publish("live.sleeper.x.1", new Uint8Array(900_000)).then(
          () => true,
          () => false,
        );
      await pause(SLEEP_MS + 1_000);
      yield holds("it still sleeps while there is no room", (await showRun(napping, meant)).status === "waiting");
      await manager.streams.delete("filler");
      const ended = await until("the run to go on", 40_000, async () => {
        const { status } = await showRun(napping, meant);
        return status === "waiting" ? undefined : status;
      }).catch(() => "waiting");
      yield count(`once there is room it goes on: ${ended}`, ended === "completed" ? 1 : 0, 1, mesh.said());
    } finally {
      await filler.close();
    }
  } finally {
    await server.stop();
  }
};
