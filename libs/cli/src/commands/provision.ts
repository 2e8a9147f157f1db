import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { authorization, ensureIdentities, ROLES } from "@armada/nats";
import { EXIT } from "../exit.ts";
import { DEFAULT_FILE, HOME, isAlive, readMesh } from "../mesh/mesh-file.ts";
import { roomOf } from "../mesh/room.ts";
import { applyTeams, manifestsOf, permittedOf } from "../mesh/up.ts";
import type { Output } from "../output.ts";
import { checkListed, loadServices, undeclaredOf, withFederation } from "../project.ts";
import { settingsFor } from "../settings.ts";

/** Makes identities, streams, consumers and sources as the team definitions say; prints what it changes. */
export async function provisionCommand(
  flags: { keys?: string; dryRun?: boolean; nats?: string; replicas?: string; mesh?: string },
  out: Output,
): Promise<number> {
  const { config } = await settingsFor({});
  const loaded = await loadServices();
  await checkListed(loaded);
  if (!config.gateway.acceptUndeclared) for (const line of await undeclaredOf(loaded)) out.say(line);
  const services = await withFederation(loaded, config.budgets.fleet);
  const mesh = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const running = mesh !== undefined && isAlive(mesh.pid) ? mesh : undefined;
  const keys = resolve(flags.keys ?? running?.keys ?? process.env.NATS_CREDS ?? join(HOME, "keys"));
  const names = services.map((service) => service.name);
  const identities = await ensureIdentities(keys, flags.dryRun === true ? [] : [...ROLES, ...names]);
  const auth = join(keys, "auth.conf");
  if (flags.dryRun !== true) await writeFile(auth, authorization(identities, permittedOf(services)), { mode: 0o600 });
  out.say(
    `identities of ${names.join(", ")} in ${keys}; nats-server reads them by \`include "auth.conf"\` in a configuration in that folder`,
  );
  const nats = flags.nats ?? running?.nats ?? process.env.NATS_URL;
  if (nats === undefined)
    throw new ArmadaError("NO_MESH", "no nats-server to provision", {
      // nats-server reads an include relative to the file that holds it, an absolute one as well.
      hint: `start one with JetStream on by a configuration in ${keys} that holds \`include "auth.conf"\`, then set NATS_URL`,
    });
  const replicas = Number(flags.replicas ?? 1);
  const changes = await applyTeams(nats, keys, await manifestsOf(services), {
    // The disk of a server that is not ours is not seen from here.
    room: await roomOf(config, nats === running?.nats ? running?.data : undefined),
    logger: { info: () => undefined, warn: out.say },
    replicas,
    dryRun: flags.dryRun === true,
  });
  for (const change of changes) {
    out.emit({ type: "change", ...change });
    out.say(`${flags.dryRun === true ? "would " : ""}${change.change} ${change.what}${change.why === undefined ? "" : ` (${change.why})`}`);
  }
  if (changes.length === 0) out.say("nothing to change");
  return EXIT.ok;
}
