import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { writeWhole } from "@armada/nats/whole-file";

/** How the files of the folder lie; a build that has another does not open it. */
const LAYOUT = "1";

/**
 * Makes `folder` a mesh's, or opens it for this build. `own`: the version of Armada that opens it, `0.1.0`; it is kept in the
 * folder, so that the next one knows. Within a release (`0.1`) every build opens what another wrote, an older one too; what a later
 * release wrote an earlier one does not open. `say` is told where another build wrote last.
 * @throws ArmadaError `OTHER_LAYOUT`, `NEWER_DATA`; then nothing was touched
 */
export async function claimHome(folder: string, own: string, say: (line: string) => void): Promise<void> {
  const path = join(folder, "version");
  const layout = await textOf(path);
  // Empty where who made it was killed at that.
  if (layout !== "" && layout !== LAYOUT)
    throw new ArmadaError("OTHER_LAYOUT", `${folder} was written by layout ${layout}, and this is layout ${LAYOUT}`, {
      hint: `move ${folder} away, or use the version of Armada that wrote it; nothing was touched`,
    });
  const writer = join(folder, "written-by");
  const last = await textOf(writer);
  if (last !== "" && isLater(releaseOf(last), releaseOf(own)))
    throw new ArmadaError("NEWER_DATA", `${folder} was written by Armada ${last}, and this is ${own}`, {
      hint: `npm install armada-mesh@${last}; to go back for good, use a copy of ${folder} from before the upgrade; nothing was touched`,
    });
  if (last !== "" && last !== own)
    say(
      isLater(last, own)
        ? `${folder} was written by Armada ${last}, and this is ${own}, of the same release: it is opened as it is`
        : `${folder} was written by Armada ${last}, and this is ${own}: it is opened as it is, nothing in it is rewritten; an earlier release than ${releaseOf(own)} does not open it any more`,
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (layout === "") await writeWhole(path, `${LAYOUT}\n`);
  if (last !== own) await writeWhole(writer, `${own}\n`);
}

async function textOf(path: string): Promise<string> {
  return existsSync(path) ? (await readFile(path, "utf8")).trim() : "";
}

/** Of `0.1.7` and of `0.1.7-rc.1` the first two numbers: `0.1`. */
const releaseOf = (version: string): string => version.split(".").slice(0, 2).join(".");

const numerically = new Intl.Collator("en", { numeric: true });
const isLater = (one: string, other: string): boolean => numerically.compare(one, other) > 0;
