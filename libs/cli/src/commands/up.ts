import { knowSecrets } from "@armada/contracts";
import { DEFAULT_FILE } from "@armada/operations/mesh/mesh-file";
import { namesIn, readSecrets } from "@armada/runtime/process-secrets";
import { explain } from "../exit.ts";
import { onInterrupt } from "../mesh/interrupt.ts";
import { type Mesh, up } from "../mesh/up.ts";
import type { Output } from "../output.ts";
import type { Service } from "../project.ts";
import { checkListed, servicesThatLoad, servicesWith, withFederation } from "../services.ts";
import { isLoopback, type SettingFlags, settingsFor } from "../settings.ts";

export type UpFlags = SettingFlags & { readonly only?: string; readonly mesh?: string };

/** What `dev` adds: a module that each replica begins with, and what goes on beside the mesh until that ends. */
export type Dev = {
  readonly preload: string;
  /** `refused`: services that could not be loaded, and are not started. */
  beside(mesh: Mesh, refused: readonly string[]): Promise<{ close(): Promise<void> }>;
};

/** Starts the mesh from a command's flags, above the configuration. `preload`: a module that each replica begins with. */
export async function startMesh(flags: UpFlags, say: (line: string) => void, preload?: string): Promise<Mesh> {
  const named = await servicesWith(flags.only);
  await checkListed(named);
  return startWith(named, flags, say, preload === undefined ? {} : { preload });
}

/** The same with services that are loaded; `refused`: others that are meant, and could not be. */
async function startWith(
  named: readonly Service[],
  flags: UpFlags,
  say: (line: string) => void,
  { preload, refused = [] }: { readonly preload?: string; readonly refused?: readonly string[] } = {},
): Promise<Mesh> {
  const names = [...named.map((service) => service.name), ...refused];
  const settings = await settingsFor(flags, names);
  const services = await withFederation(named, settings.config.budgets.fleet);
  // Said now, not by replicas that end as they begin; and what they are given, this process says nowhere.
  for (const { name } of services) knowSecrets(Object.values(readSecrets(process.env, name, namesIn(settings.config.secrets[name]))));
  const { host } = settings.config.gateway;
  if (!isLoopback(host)) say(`the gateway listens on ${host}: other machines can reach it, and need its key`);
  return up({
    services,
    settings,
    reread: () => settingsFor(flags, names),
    meshFile: flags.mesh ?? DEFAULT_FILE,
    say,
    ...(preload === undefined ? {} : { preload }),
  });
}

/** Resolves at the first Ctrl-C or SIGTERM, after the mesh has drained; a second one kills. `first`: what is ended before. */
export async function untilInterrupted(
  mesh: Mesh,
  say: (line: string) => void,
  first: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await new Promise<void>((resolve) => void onInterrupt(resolve));
  say(`stopping: running steps have ${mesh.drain} to end; Ctrl-C again kills them`);
  onInterrupt(() => {
    mesh.kill();
    process.exit(130);
  });
  await first();
  await mesh.stop();
}

export async function upCommand(flags: UpFlags, out: Output, dev?: Dev): Promise<void> {
  const say = out.json ? (line: string): void => void process.stderr.write(`${line}\n`) : out.say;
  let mesh: Mesh;
  let beside: ReturnType<Dev["beside"]> | undefined;
  if (dev === undefined) mesh = await startMesh(flags, say);
  else {
    const { services, refused } = await servicesThatLoad(flags.only);
    mesh = await startWith(services, flags, say, { preload: dev.preload, refused });
    beside = dev.beside(mesh, refused);
  }
  const over = untilInterrupted(mesh, out.say, async () => (await beside)?.close());
  const { nats, gateway, key, pids } = mesh.file;
  await beside; // what is saved from now on is seen
  out.emit({ type: "ready", gateway: gateway ?? null, nats, key, pids });
  out.say(
    `the mesh serves: ${Object.entries(pids)
      .map(([name, list]) => `${name} (pid ${list.join(", ")})`)
      .join(", ")}`,
  );
  out.say(`NATS ${nats}${gateway === undefined ? "" : `, gateway ${gateway}`}; Ctrl-C ends it`);
  // Loaded by now only: the mesh serves.
  const { tellEnvironment, warnOfTeams } = await import("../mesh/warnings.ts");
  const warned = Promise.all([tellEnvironment(mesh, flags, say), warnOfTeams(flags, say)]);
  await Promise.race([over, warned.catch((error: unknown) => say(explain(error)))]);
  await over;
}
