import { join, resolve } from "node:path";
import { administrationBeside } from "@armada/nats/starting";
import { HOME, type MeshFile } from "@armada/operations/mesh/mesh-file";
import type { Settings } from "@armada/runtime/config";

/** Where identities are, and administration's secret. */
export type IdentityFolders = { readonly keys: string; readonly administration: string };

/** Those that flags name, else those of a running mesh, else those of the configuration, else our own. */
export function identityFolders(
  { credentials, administration }: Pick<Settings["config"]["nats"], "credentials" | "administration">,
  mesh?: Pick<MeshFile, "keys" | "administration">,
  flags: { readonly keys?: string; readonly administration?: string } = {},
): IdentityFolders {
  const keys = resolve(flags.keys ?? mesh?.keys ?? credentials ?? join(HOME, "keys"));
  const running = mesh !== undefined && resolve(mesh.keys) === keys ? mesh.administration : undefined;
  return { keys, administration: resolve(flags.administration ?? running ?? administration ?? administrationBeside(keys)) };
}
