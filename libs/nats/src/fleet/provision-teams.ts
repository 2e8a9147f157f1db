import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, declaredBy, joinTypes, type TeamManifest } from "@armada/contracts";
import { AuthorizationError } from "@nats-io/transport-node";
import type { Link } from "../connection/connect.ts";
import type { Access } from "../identity/access.ts";
import { streamInfo } from "../log/stream-identity.ts";
import { FLEET } from "../streams/names.ts";
import { provision } from "../streams/provision.ts";
import type { Room } from "../streams/room.ts";
import { type Change, topologyIn } from "../streams/topology.ts";
import type { Fleet } from "./fleet.ts";
import { wantedEntries, writeFleet } from "./write-fleet.ts";

/** How long whoever runs the server may take to let a new team in. */
const ADMITTED_MS = 10_000;
const AGAIN_MS = 200;
/** So many looks in a row that all accounts answer. */
const SETTLED = 4;

/**
 * Makes what the teams want of the server, and then says in the fleet's stream what others need to know of them. `access`
 * has their identities. The link's identity is the provisioner's. Teams that are not given stay as they are.
 * @throws ArmadaError `EXTERNAL_DISAGREES`, `EXTERNAL_CLASH`, then nothing has changed; `CONFIG_NOT_KEPT`, `NO_ROOM`,
 * `MANIFEST_TOO_LARGE`, `LOG_UNAVAILABLE`, `NOT_ADMITTED`
 */
export async function provisionTeams(
  link: Link,
  fleet: Fleet,
  manifests: readonly TeamManifest[],
  options: { access: Access; replicas: number; room: Room; dryRun?: boolean },
): Promise<Change[]> {
  const { access, ...how } = options;
  const others = await othersBeside(fleet, manifests);
  const given = new Set(manifests.map(({ team }) => team));
  const dryRun = options.dryRun === true;
  const say = async (): Promise<Change[]> => {
    const present = new Set((await access.present()).keys());
    return writeFleet(link, fleet, wantedEntries(fleet.entries, await access.keys(), present, manifests), { dryRun });
  };
  const before: Change[] = [];
  if (!dryRun && !(await areAdmitted(link, given))) {
    before.push(...(await provision(link, [], how)), ...(await say()));
    await admitted(link, given);
  }
  const changes = await provision(link, manifests.map(topologyIn), { ...how, others: others.map(topologyIn) });
  return [...before, ...changes, ...(await say())];
}

/**
 * Has whoever runs the server make an account for a team of which it knows nothing, for administration alone: its streams are restored
 * there. Nothing where it has one, or where all is in one account. @throws ArmadaError `NOT_ADMITTED`, and what `provision` throws
 */
export async function ensureAccount(link: Link, fleet: Fleet, team: string, how: { replicas: number; room: Room }): Promise<void> {
  const only = new Set([team]);
  if (await areAdmitted(link, only)) return;
  await provision(link, [], how);
  await fleet.caughtUpIfThere();
  await writeFleet(link, fleet, [{ kind: "removed", name: team, keys: fleet.entries.get(team)?.keys ?? [] }]);
  await admitted(link, only);
}

/** The other teams of the fleet. @throws ArmadaError `EXTERNAL_DISAGREES`, `EXTERNAL_CLASH` where these do not go together with them */
export async function othersBeside(fleet: Fleet, manifests: readonly TeamManifest[]): Promise<readonly TeamManifest[]> {
  await fleet.caughtUpIfThere();
  const given = new Set(manifests.map(({ team }) => team));
  const others = [...fleet.teams.values()].filter(({ team }) => !given.has(team));
  joinTypes(declaredBy([...others, ...manifests]));
  return others;
}

/** Where each team has an account, whether all have one: it is made by who runs the server, once the fleet is told of the team. */
async function areAdmitted(link: Link, teams: ReadonlySet<string>): Promise<boolean> {
  if (link.identity.walled !== true) return true;
  const each = await Promise.all([...teams].map((team) => link.in(team).then(() => true, isRefused)));
  return each.every((one) => one);
}

function isRefused(error: unknown): false {
  if (!(error instanceof AuthorizationError)) throw error;
  return false;
}

/** @throws ArmadaError `NOT_ADMITTED` */
async function admitted(link: Link, teams: ReadonlySet<string>): Promise<void> {
  // While a server reads its configuration, which it may do twice, JetStream answers nobody for a moment.
  for (let quiet = 0, deadline = performance.now() + ADMITTED_MS; quiet < SETTLED; await sleep(AGAIN_MS)) {
    quiet = (await areAdmitted(link, teams)) && (await allAnswer(link, teams)) ? quiet + 1 : 0;
    if (performance.now() > deadline)
      throw new ArmadaError("NOT_ADMITTED", `nats-server has no account for each of ${[...teams].join(", ")}`, {
        // What an account imports that a reload adds works from the reload after (2.15.1).
        hint: "have it read auth.conf again: `nats-server --signal reload`, twice, then `armada provision`",
      });
  }
}

async function allAnswer(link: Link, teams: ReadonlySet<string>): Promise<boolean> {
  const all = [...teams].map((team) => `TEAM_${team}`);
  const asked = await Promise.all(
    [FLEET, "OBJECTS_operator", ...all].map((stream) => streamInfo(link, stream).then(() => true, isMissing)),
  );
  return asked.every((answers) => answers);
}

/** There is an answer, and be it that there is no such stream. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof ArmadaError)) throw error;
  return error.code === "STREAM_MISSING";
}
