import { readFile } from "node:fs/promises";
import { ArmadaError, checkKept, parseJson } from "@armada/contracts";

/**
 * JSON from the argument itself or, behind `@`, from a file. `flag` begins the paths that are named.
 * @throws ArmadaError `BAD_JSON`, `INPUT_INVALID` for what readers would not get as it stands there
 */
export async function jsonOf(text: string, flag: string): Promise<unknown> {
  try {
    const value = parseJson(text.startsWith("@") ? await readFile(text.slice(1), "utf8") : text, flag);
    checkKept(value, flag);
    return value;
  } catch (cause) {
    if (cause instanceof ArmadaError) throw new ArmadaError("INPUT_INVALID", cause.message, { cause, hint: "change it, and try again" });
    throw new ArmadaError("BAD_JSON", `${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: "quote it for the shell, or use @file.json",
    });
  }
}
