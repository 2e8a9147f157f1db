import { join, resolve } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { accessIn, ROLES, startServer } from "@armada/nats";
import { claimHome } from "@armada/operations/mesh/home";
import { HOME } from "@armada/operations/mesh/mesh-file";
import type { Config } from "@armada/runtime";
import type { IdentityFolders } from "../identity-folders.ts";
import { productVersion } from "../product-version.ts";
import { productRoot } from "../project.ts";
import { lockData } from "./data-lock.ts";

/** A server on the data folder for one command, while no mesh runs there: the roles may connect, no team may. @throws ArmadaError `MESH_RUNNING`, `NATS_NOT_READY` */
export async function serverForCommand(options: {
  data: string;
  folders: IdentityFolders;
  syncInterval: Config["nats"]["syncInterval"];
  /** A team whose streams are restored, of which the folder of identities may know nothing. */
  team?: string;
}): Promise<AsyncDisposable & { readonly url: string }> {
  const binary = process.env.ARMADA_NATS_SERVER;
  if (binary === undefined) throw new ArmadaError("NO_NATS_SERVER", "no nats-server was found: start through `npm start` or `npx armada`");
  const { team } = options;
  const home = resolve(HOME);
  await claimHome(home, productVersion(), (line) => void process.stderr.write(`${line}\n`));
  const lock = await lockData(resolve(options.data));
  try {
    const access = accessIn(options.folders.keys, options.folders.administration);
    await access.ensure(ROLES);
    await access.arrange(resolve(options.data));
    const server = await startServer({
      binary,
      base: join(productRoot, "infra/nats/server.conf"),
      data: resolve(options.data),
      folder: join(home, "nats"),
      authorization: await access.admission(
        [],
        new Map(team === undefined ? [] : [[team, { kind: "removed", name: team, keys: [], revision: 0 }]]),
      ),
      syncInterval: options.syncInterval,
      logger: { info: () => undefined, warn: () => undefined },
      lock: () => lock.file,
      started: (pid) => lock.serverIs(pid),
    });
    return {
      url: server.url,
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
