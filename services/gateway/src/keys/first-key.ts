import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The key of ARMADA_GATEWAY_KEY, else of `gateway.key` beside the identities (mode 0600), made where there is none. */
export async function gatewayKey(env: NodeJS.ProcessEnv): Promise<string> {
  const given = env.ARMADA_GATEWAY_KEY;
  if (given !== undefined && given !== "") return given;
  const path = join(env.NATS_CREDS ?? ".", "gateway.key");
  try {
    await writeFile(path, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return (await readFile(path, "utf8")).trim();
}
