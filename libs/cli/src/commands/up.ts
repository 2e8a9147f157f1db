import { explain } from "../exit.ts";
import { examine, examineTroubles } from "../health/examine.ts";
import { lookedAt } from "../health/looked-at.ts";
import { onInterrupt } from "../mesh/interrupt.ts";
import { DEFAULT_FILE } from "../mesh/mesh-file.ts";
import { type Mesh, up } from "../mesh/up.ts";
import type { Output } from "../output.ts";
import { checkListed, servicesWith, withFederation } from "../services.ts";
import { openSession } from "../session.ts";
import { isLoopback, type SettingFlags, settingsFor } from "../settings.ts";
import { meshTeams } from "../teams.ts";

export type UpFlags = SettingFlags & { readonly only?: string; readonly mesh?: string };

/** Starts the mesh from a command's flags, above the configuration. */
export async function startMesh(flags: UpFlags, say: (line: string) => void): Promise<Mesh> {
  const named = await servicesWith(flags.only);
  await checkListed(named);
  const names = named.map((service) => service.name);
  const settings = await settingsFor(flags, names);
  const services = await withFederation(named, settings.config.budgets.fleet);
  const { host } = settings.config.gateway;
  if (!isLoopback(host)) say(`the gateway listens on ${host}: other machines can reach it, and need its key`);
  return up({ services, settings, reread: () => settingsFor(flags, names), meshFile: flags.mesh ?? DEFAULT_FILE, say });
}

/** Resolves at the first Ctrl-C or SIGTERM, after the mesh has drained; a second one kills. */
export async function untilInterrupted(mesh: Mesh, say: (line: string) => void): Promise<void> {
  await new Promise<void>((resolve) => void onInterrupt(resolve));
  say(`stopping: running steps have ${mesh.drain} to end; Ctrl-C again kills them`);
  onInterrupt(() => {
    mesh.kill();
    process.exit(130);
  });
  await mesh.stop();
}

export async function upCommand(flags: UpFlags, out: Output): Promise<void> {
  const mesh = await startMesh(flags, out.json ? (line) => void process.stderr.write(`${line}\n`) : out.say);
  const over = untilInterrupted(mesh, out.say);
  const { nats, gateway, key, pids } = mesh.file;
  out.emit({ type: "ready", gateway: gateway ?? null, nats, key, pids });
  out.say(
    `the mesh serves: ${Object.entries(pids)
      .map(([name, list]) => `${name} (pid ${list.join(", ")})`)
      .join(", ")}`,
  );
  out.say(`NATS ${nats}${gateway === undefined ? "" : `, gateway ${gateway}`}; Ctrl-C ends it`);
  const say = out.json ? (line: string): void => void process.stderr.write(`${line}\n`) : out.say;
  const warned = Promise.all([tellEnvironment(mesh, flags, say), warnOfRuns(flags, say)]);
  await Promise.race([over, warned.catch((error: unknown) => say(explain(error)))]);
  await over;
}

/** What calls would meet is said at the start: the mesh serves all the same, for agents may have a fallback. */
async function tellEnvironment(mesh: Mesh, flags: UpFlags, say: (line: string) => void): Promise<void> {
  const { environmentFindings } = await import("../environment.ts"); // costly to load: the mesh serves by now
  const { config } = await settingsFor(flags);
  const found = await environmentFindings(process.env, config);
  for (const { name, value, next } of found) if (next !== undefined) say(`${name}: ${next} (${value})`);
  await mesh.tell(found);
}

/** Runs that an edit or a dropped version would hold up are said at the start, not found later. */
async function warnOfRuns(flags: UpFlags, say: (line: string) => void): Promise<void> {
  const session = await openSession(flags.mesh, say);
  try {
    for (const team of await meshTeams(session)) {
      const about = await lookedAt(session, team);
      for (const finding of [...(await examine(about)), ...(await examineTroubles(about, true))])
        if (finding.next !== undefined) say(`${finding.name} ${finding.value}: ${finding.next}`);
    }
  } finally {
    await session.close();
  }
}
