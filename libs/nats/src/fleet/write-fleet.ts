import { isDeepStrictEqual } from "node:util";
import { entryMessage, type FleetEntry, type TeamManifest } from "@armada/contracts";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { type PublicKeys, SIGN_NOTHING } from "../identity/identities.ts";
import { FLEET } from "../streams/names.ts";
import type { Change } from "../streams/topology.ts";
import type { Fleet } from "./fleet.ts";
import { isSaid, lastOf, TRIES } from "./say.ts";

/** Entries of a name that the stream keeps: what was believed of late. */
const KEPT = 20;

/** Who waits for its own entry to be there knows those that were written with it. */
const LAST = "gateway";

/** An entry as administration wants it, its revision aside. */
export type WantedEntry = FleetEntry extends infer E ? (E extends FleetEntry ? Omit<E, "revision"> : never) : never;

/**
 * The entries that public keys and manifests want: of each team that is given its manifest; the others stay as the fleet has
 * them, with the keys of now. `keys`: by name, the one that signs now first; `present`: names that still have an identity.
 */
export function wantedEntries(
  there: ReadonlyMap<string, FleetEntry>,
  keys: PublicKeys,
  present: ReadonlySet<string>,
  manifests: readonly TeamManifest[],
): readonly WantedEntry[] {
  const given = new Map(manifests.map((manifest) => [manifest.team, manifest]));
  const others = [...there.values()].filter(({ name }) => !keys.has(name)).map(({ revision: _revision, ...entry }): WantedEntry => entry);
  const named = [...keys].flatMap(([name, list]): WantedEntry[] => {
    if (SIGN_NOTHING.has(name)) return [];
    const before = there.get(name);
    const all = [...new Set([...list, ...(before?.keys ?? [])])];
    const manifest = given.get(name) ?? (before?.kind === "team" ? before.manifest : undefined);
    if (manifest !== undefined && present.has(name)) return [{ kind: "team", name, keys: all, manifest }];
    return [{ kind: present.has(name) ? "identity" : "removed", name, keys: all }];
  });
  return [...others, ...named].sort((a, b) => Number(a.name === LAST) - Number(b.name === LAST));
}

/** Takes a team out of the fleet; what it signed is still its own. A server without manifests has nothing to take out. */
export async function tombstone(link: Link, fleet: Fleet, name: string): Promise<Change[]> {
  const there = fleet.entries.get(name);
  return there === undefined ? [] : writeFleet(link, fleet, [{ kind: "removed", name, keys: there.keys }]);
}

/**
 * Writes the entries that say something new, or that a stream which was made anew does not say; the link's identity is the provisioner's.
 * @throws ArmadaError `MANIFEST_TOO_LARGE`, `LOG_UNAVAILABLE`: some may be written, and writing again is safe
 */
export async function writeFleet(
  link: Link,
  fleet: Fleet,
  wanted: readonly WantedEntry[],
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const entry of wanted) {
    const before = fleet.stored.has(entry.name) ? fleet.entries.get(entry.name) : undefined;
    const different = differences(before, entry);
    if (different.length === 0) continue;
    changes.push({
      change: entry.kind === "removed" ? "delete" : before === undefined ? "create" : "update",
      what: `manifest of ${entry.name}`,
      ...(before === undefined || entry.kind === "removed" ? {} : { why: different.join(", ") }),
    });
    if (!dryRun) await writeEntry(link, fleet, entry);
  }
  if (!dryRun && changes.length > 0) await fleet.caughtUp(); // a team may know it before who wrote it does, who then writes it again
  return changes;
}

async function writeEntry(link: Link, fleet: Fleet, wanted: WantedEntry): Promise<void> {
  for (let tries = 1; ; tries++) {
    const now = Date.now();
    // Higher than any before, also where the stream was made anew.
    const revision = Math.max((fleet.entries.get(wanted.name)?.revision ?? 0) + 1, now);
    const { subject, body } = entryMessage({ ...wanted, revision }, new Date(now).toISOString());
    const last = await lastOf(link, subject);
    if (await isSaid(link, { subject, id: `${wanted.name}-${revision}`, body, last }, tries === TRIES)) {
      if (last > 0) await (await managerOf(link, FLEET)).streams.purge(FLEET, { filter: subject, keep: KEPT });
      return;
    }
    await fleet.caughtUp(); // another administrator wrote it
  }
}

/** The fields that say something else than before, those of a manifest by their own names. */
function differences(before: FleetEntry | undefined, wanted: WantedEntry): string[] {
  const flat = (entry: object): Record<string, unknown> => {
    const { revision: _revision, manifest, ...rest } = asJson(entry);
    return { ...rest, ...(typeof manifest === "object" ? manifest : {}) };
  };
  const [have, want] = [before === undefined ? {} : flat(before), flat(wanted)];
  return [...new Set([...Object.keys(have), ...Object.keys(want)])].filter((key) => !isDeepStrictEqual(have[key], want[key]));
}

function asJson(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
