import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyRequest } from "fastify";
import { Problem } from "./problem.ts";

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

/** Wants `Authorization: Bearer KEY`; compares in constant time. @throws Problem `key-wanted` */
export function wantKey(key: string): (request: FastifyRequest) => Promise<void> {
  const wanted = hash("sha256", key, "buffer");
  return async (request) => {
    const [, given] = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? "") ?? [];
    if (given === undefined)
      throw new Problem("key-wanted", "send `Authorization: Bearer KEY`; `armada up` prints the key and keeps it in its mesh file", {
        field: "authorization",
      });
    if (!timingSafeEqual(hash("sha256", given, "buffer"), wanted))
      throw new Problem("key-wanted", "this is not the key", { field: "authorization" });
  };
}
