import { rm } from "node:fs/promises";
import { join } from "node:path";
import { accessIn } from "../identity/access.ts";

/** Makes identities as builds left them before each had an account of its own: a server that goes by them has one account. */
export async function identitiesOfOneAccount(keys: string, names: readonly string[]): Promise<void> {
  await accessIn(keys).ensure(names);
  await rm(join(keys, "accounts"));
}
