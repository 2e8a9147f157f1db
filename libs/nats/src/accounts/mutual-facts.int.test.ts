import { expect, test } from "vitest";
import { managerOf } from "../connection/api.ts";
import { link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh } from "../testing/mesh.ts";

const quiet = { info: () => undefined, warn: () => undefined };
/** More than a consumer has in flight. */
const FACTS = 12_000;
const factsOf = (team: string): string => `evt.${team}.order.placed.>`;
const sourcesOf = (team: string): ReadonlyMap<string, readonly string[]> => new Map([[team, [factsOf(team)]]]);

test.each([
  ["stream and consumer", ""],
  ["domain, account, stream and consumer", "feature_flags { js_ack_fc_v2: true }\n"],
])(
  "teams take facts of each other in a circle, and say what they have by %s",
  async (_, extra) => {
    const teams = [
      { team: "alpha", queues: [], sources: sourcesOf("beta") },
      { team: "beta", queues: [], sources: sourcesOf("gamma") },
      { team: "gamma", queues: [], sources: sourcesOf("alpha") },
    ];
    await using mesh = await startTestMesh(teams, { walled: true, extra, syncInterval: "100ms" });
    const { link: alpha } = await mesh.connect("alpha");
    for (let sent = 0; sent < FACTS; sent += 500)
      await Promise.all(
        Array.from({ length: 500 }, (_, i) => alpha.mux.request(`evt.alpha.order.placed.${sent + i}.k`, "{}", { timeout: 20_000 })),
      );
    const administration = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
    const [given, taken] = await Promise.all(["TEAM_alpha", "TEAM_gamma"].map((stream) => managerOf(administration, stream)));
    await expect.poll(async () => (await taken?.streams.info("TEAM_gamma"))?.state.messages, { timeout: 30_000 }).toBe(FACTS);
    const unsaid = async (): Promise<number[]> =>
      (await Array.fromAsync(given?.consumers.list("TEAM_alpha") ?? [])).map(
        ({ num_pending, num_ack_pending }) => num_pending + num_ack_pending,
      );
    await expect.poll(unsaid, { timeout: 30_000 }).toEqual([0]);
    await administration.close();
  },
  120_000,
);
