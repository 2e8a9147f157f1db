import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ADMINISTRATION, ArmadaError } from "@armada/contracts";
import { makeWhole } from "../whole-file.ts";
import { newSeed, publicKeyOf } from "./nkey.ts";

/** What the file of administration's secret is called, in whichever folder it is. */
export const ADMINISTRATION_FILE = `${ADMINISTRATION}.nk`;

/**
 * Where administration's secret is unless another folder is named: beside the folder of identities, not in it, for that one goes to
 * whoever runs a service.
 */
export function administrationBeside(dir: string): string {
  return `${resolve(dir)}-administration`;
}

/** The secret of administration: from its folder, or from among the others where an older build put it. @throws ArmadaError `IDENTITY_MISSING`, `IDENTITY_UNREADABLE` */
export async function readAdministration(dir: string, administration: string): Promise<string> {
  const seed = (await seedIn(administration)) ?? (await seedIn(dir));
  if (seed === undefined) throw missing(administration);
  keyIn(seed, join(administration, ADMINISTRATION_FILE));
  return seed;
}

/** The public key of what a file holds. @throws ArmadaError `IDENTITY_UNREADABLE` where that is no secret key */
export function keyIn(seed: string, file: string): string {
  try {
    return publicKeyOf(seed);
  } catch {
    // What is wrong with it may quote it.
    throw new ArmadaError("IDENTITY_UNREADABLE", `${file} holds no secret key`, {
      hint: "put it back from a copy; where there is none of a team's, move it away, and `armada provision` makes another key of that name",
    });
  }
}

/**
 * Makes administration's secret where a folder of identities knows of none, and takes that of an older build out of it. `known`: whose
 * word counts in that folder by now. Answers the public key. @throws ArmadaError `IDENTITY_MISSING`, `IDENTITY_UNREADABLE`, `ANOTHER_ADMINISTRATION`; then nothing has changed
 */
export async function ensureAdministration(dir: string, administration: string, known: string | undefined): Promise<string> {
  const older = await seedIn(dir);
  const own = await seedIn(administration);
  if (known !== undefined && own === undefined && older === undefined) throw missing(administration);
  const seed = own ?? older ?? newSeed();
  const key = keyIn(seed, join(own === undefined ? dir : administration, ADMINISTRATION_FILE));
  if (key !== (known ?? key) || (older !== undefined && older !== seed))
    throw new ArmadaError(
      "ANOTHER_ADMINISTRATION",
      `${join(administration, ADMINISTRATION_FILE)} administers another mesh than that of ${dir}`,
      {
        hint: "name its own folder by NATS_ADMINISTRATION or --administration; what is there stays as it is",
      },
    );
  if (own === undefined) {
    await mkdir(administration, { recursive: true, mode: 0o700 });
    if (!(await makeWhole(join(administration, ADMINISTRATION_FILE), seed))) return ensureAdministration(dir, administration, known);
  }
  if (older !== undefined) await rm(join(dir, ADMINISTRATION_FILE), { force: true }); // it is on disk in its own folder by now
  return key;
}

async function seedIn(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, ADMINISTRATION_FILE), "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function missing(administration: string): ArmadaError {
  return new ArmadaError(
    "IDENTITY_MISSING",
    `there is no ${ADMINISTRATION_FILE} in ${administration}: this changes streams, as administration alone may`,
    {
      hint: "run it where that folder is, or name the folder by NATS_ADMINISTRATION; services and what only reads or asks need none",
    },
  );
}
