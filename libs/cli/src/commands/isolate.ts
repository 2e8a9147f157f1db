import { userInfo } from "node:os";
import { ArmadaError, type Isolation, LONGEST_ISOLATION_MS } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { accessIn, Fleet } from "@armada/nats";
import { isolatedNow } from "@armada/operations/isolation/list";
import { sayIsolation } from "@armada/operations/isolation/say";
import { DEFAULT_FILE, isAlive, readMesh } from "@armada/operations/mesh/mesh-file";
import { reach } from "@armada/operations/mesh/reach";
import type { Session } from "@armada/operations/mesh/session";
import { lengthOf } from "../arguments/length.ts";
import { EXIT } from "../exit.ts";
import { identityFolders } from "../identity-folders.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";
import { settingsFor } from "../settings.ts";

export type IsolateFlags = {
  readonly for?: string;
  readonly why?: string;
  readonly by?: string;
  readonly undo?: string;
  readonly mesh?: string;
  readonly config?: string;
};

const LENGTH = "10m";
const MOST = 1_000;
const quiet: Logger = { info: () => undefined, warn: () => undefined };

/** What is isolated now, that which ends last first. */
export function listIsolations(session: Pick<Session, "isolations">, out: Output, now = Date.now()): number {
  const held = isolatedNow(session.isolations(), now);
  for (const one of held) out.emit(lineOf(one));
  if (held.length === 0) out.say("nothing is isolated");
  else {
    const rows = held.map(({ prefix, since, until, by, why }) => [prefix, since, until, by, why]);
    for (const line of table([["isolated", "since", "until", "by", "why"], ...rows], 5)) out.say(line);
  }
  return EXIT.ok;
}

/**
 * Isolates a team or TEAM.AGENT for some time, or ends that (`--undo`), as administration, whose secret it wants. Every replica that
 * reaches the server hears of it by itself. @throws ArmadaError `USAGE`, `NO_MESH`, `IDENTITY_MISSING`, `LOG_UNAVAILABLE`; then nothing has changed
 */
export async function isolateCommand(prefix: string | undefined, flags: IsolateFlags, out: Output): Promise<number> {
  const of = flags.undo ?? prefix;
  if (of === undefined || (flags.undo !== undefined && prefix !== undefined))
    throw usage("say one prefix", "armada isolate PREFIX --for 10m --why …, or armada isolate --undo PREFIX");
  if (flags.undo !== undefined && flags.for !== undefined) throw usage("--undo has no length", "leave --for out: it ends now");
  const why = said("--why", flags.why ?? "by hand");
  const by = said("--by", flags.by ?? userInfo().username);
  const ms = lengthOf("--for", flags.for ?? LENGTH);
  if (ms > LONGEST_ISOLATION_MS) throw usage(`--for ${flags.for} is too long`, "366 days at most; say it again before that is over");
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const { config } = await settingsFor(flags);
  const servers = mesh?.nats ?? config.nats.url;
  if (servers === undefined)
    throw new ArmadaError("NO_MESH", "no mesh runs here", { hint: "npx armada up, or name a server by NATS_URL and NATS_CREDS" });
  const { keys, administration } = identityFolders(config.nats, mesh);
  const admin = await reach(servers, keys, "provisioner", { administration });
  try {
    const fleet = await Fleet.follow(admin, accessIn(keys), quiet);
    const isolation = await sayIsolation(admin, fleet, of, { ...(flags.undo === undefined ? { ms } : {}), why, by });
    if (isolation === undefined) throw usage(`${of} is not isolated`, "`armada isolate` lists what is");
    out.emit(lineOf(isolation));
    out.say(isolation.status === "isolated" ? `nothing of ${of} begins until ${isolation.until}` : `${of} is isolated no more`);
    return EXIT.ok;
  } finally {
    await admin.close();
  }
}

function lineOf({ revision: _, ...isolation }: Isolation): Omit<Isolation, "revision"> & { readonly type: "isolation" } {
  return { type: "isolation", ...isolation };
}

/** One line; what would break it is a space. @throws ArmadaError `USAGE` */
function said(flag: string, text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (line !== "" && line.length <= MOST) return line;
  throw usage(`${flag} is ${line === "" ? "empty" : "too long"}`, `a line of up to ${MOST} characters`);
}

function usage(message: string, hint: string): ArmadaError {
  return new ArmadaError("USAGE", message, { hint });
}
