import { readFile } from "node:fs/promises";
import { ArmadaError, checkKept, parseJson } from "@armada/contracts";
import { inWords } from "../exit.ts";

/**
 * JSON from the argument itself or, behind `@`, from a file. `flag` begins the paths that are named.
 * @throws ArmadaError `BAD_JSON`, `FILE_UNREADABLE`, `INPUT_INVALID` for what readers would not get as it stands there
 */
export async function jsonOf(text: string, flag: string): Promise<unknown> {
  try {
    const value = parseJson(text.startsWith("@") ? await readFile(text.slice(1), "utf8") : text, flag);
    checkKept(value, flag);
    return value;
  } catch (cause) {
    if (cause instanceof ArmadaError) throw new ArmadaError("INPUT_INVALID", cause.message, { cause, hint: "change it, and try again" });
    if (text.startsWith("@") && isOfFile(cause))
      throw new ArmadaError("FILE_UNREADABLE", `${flag}: ${wordsOf(cause)}`, {
        cause,
        hint: "behind @ stands the path of a file, from this folder",
      });
    throw new ArmadaError("BAD_JSON", `${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: text.startsWith("@") ? "what the file holds is to be JSON" : "quote it for the shell, or use @file.json",
    });
  }
}

function isOfFile(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && "syscall" in cause;
}

function wordsOf(cause: NodeJS.ErrnoException): string {
  const said = inWords(cause);
  return said instanceof Error ? said.message : cause.message;
}
