import { open, rm } from "node:fs/promises";
import { ArmadaError } from "@armada/contracts";

/** A file of its own for a secret that is about to be made: it must not be lost because its file cannot be. */
export type SecretFile = {
  /** To be called once. */
  write(text: string): Promise<void>;
  /** Where there is nothing to write. */
  remove(): Promise<void>;
};

/** Makes it, for its owner alone. @throws ArmadaError `USAGE` */
export async function madeFile(path: string): Promise<SecretFile> {
  try {
    const file = await open(path, "wx", 0o600);
    return {
      write: async (text) => {
        await file.writeFile(text);
        await file.close();
      },
      remove: async () => {
        await file.close();
        await rm(path);
      },
    };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST")
      throw new ArmadaError("USAGE", `${path} is there already`, {
        cause,
        hint: "name another file, or remove that one: it may hold a secret that is still used",
      });
    throw new ArmadaError("USAGE", `${path} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
