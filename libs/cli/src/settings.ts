import { existsSync } from "node:fs";
import { ArmadaError } from "@armada/contracts";
import { type Flags, loadSettings, type Settings } from "@armada/runtime/config";
import { serviceNames } from "./project.ts";

/** The flags of `up` and `demo` that stand above the configuration. */
export type SettingFlags = {
  readonly config?: string;
  readonly data?: string;
  readonly host?: string;
  readonly nats?: string;
  readonly port?: string;
  readonly replicas?: string;
  readonly syncInterval?: string;
};

/**
 * What holds for a mesh of the services `running`, all unless said. A team that was provisioned here from elsewhere may have limits
 * as well, and so may `provisioning`, which is about to be. @throws ArmadaError `BAD_CONFIG`, `USAGE`
 */
export async function settingsFor(flags: SettingFlags, running?: readonly string[], provisioning?: string): Promise<Settings> {
  const names = await serviceNames();
  const said = (flag: string, text: string | undefined): Flags[string] => (text === undefined ? undefined : { flag, text });
  const settings = await loadSettings({
    file: flags.config,
    env: process.env,
    flags: {
      data: said("--data", flags.data),
      "gateway.host": said("--host", flags.host),
      "gateway.port": said("--port", flags.port),
      "nats.syncInterval": said("--sync-interval", flags.syncInterval),
      "nats.url": said("--nats", flags.nats),
      ...replicasOf(flags.replicas, running ?? names),
    },
  });
  const { replicas, budgets, room, secrets, variables } = settings.config;
  const noTeam = (path: string, name: string, hint: string): ArmadaError =>
    new ArmadaError("BAD_CONFIG", `${path}.${name}: there is no team ${name}`, { hint: `teams: ${names.join(", ")}${hint}` });
  for (const [path, byTeam] of Object.entries({ replicas, secrets, variables }))
    for (const name of Object.keys(byTeam)) if (!names.includes(name)) throw noTeam(path, name, "");
  for (const [path, byTeam] of Object.entries({ "budgets.teams": budgets.teams, "room.teams": room.teams }))
    for (const name of Object.keys(byTeam))
      if (!names.includes(name) && name !== provisioning && !(await isProvisioned(name, settings)))
        throw noTeam(path, name, "; one from elsewhere is known from `armada provision --team PATH` on");
  refuseSilentExposure(settings);
  return settings;
}

/** Whether the mesh of these settings has an identity of that name, wherever the team's code is. */
async function isProvisioned(name: string, { config: { nats } }: Settings): Promise<boolean> {
  // Loaded only where a name is not known: few commands need it.
  const [{ accessIn }, { identityFolders }] = await Promise.all([import("@armada/nats/starting"), import("./identity-folders.ts")]);
  const { keys, administration } = identityFolders(nats);
  return existsSync(keys) && (await accessIn(keys, administration).present()).has(name);
}

/** `TEAM=N,…` as settings. @throws ArmadaError `USAGE` */
export function replicasOf(text: string | undefined, names: readonly string[]): Flags {
  const parts = text?.split(",") ?? [];
  return Object.fromEntries(
    parts.map((part) => {
      const [name = "", count = "", ...rest] = part.split("=");
      if (!names.includes(name) || !/^\d{1,2}$/.test(count) || Number(count) > 64 || rest.length > 0)
        throw new ArmadaError("USAGE", `--replicas ${part} is not TEAM=NUMBER`, {
          hint: `teams: ${names.join(", ")}; numbers from 0 to 64`,
        });
      return [`replicas.${name}`, { flag: "--replicas", text: count }];
    }),
  );
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** A file that came with a checkout must not open a port to the network. @throws ArmadaError `USAGE` */
function refuseSilentExposure({ config, list }: Settings): void {
  const from = list.find(({ path }) => path === "gateway.host")?.from;
  const { host } = config.gateway;
  if (isLoopback(host) || from === "--host") return;
  throw new ArmadaError("USAGE", `gateway.host is ${host} (${from}), which other machines can reach`, {
    hint: `say --host ${host} to mean it`,
  });
}
