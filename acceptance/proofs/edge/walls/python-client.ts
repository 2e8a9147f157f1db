import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ended, here } from "../../harness/product.ts";
import type { Try } from "./matrix.ts";

const FOLDER = join(here, "acceptance/proofs/edge/walls");
const REQUIREMENTS = join(FOLDER, "requirements.txt");

/** By which file an identity is let in: its seed, or its user JWT together with it. */
export type Credentials = { readonly name: string; readonly file: string; readonly by: "nkeys_seed" | "user_credentials" };
export type Client = Credentials & { readonly listens: readonly string[]; readonly tries: readonly Try[] };

const Told = z.object({
  identities: z.record(
    z.string(),
    z.object({
      answers: z.record(z.string(), z.array(z.string())),
      heard: z.array(z.tuple([z.string(), z.string()])),
      refused: z.array(z.string()),
      cut: z.number(),
    }),
  ),
  opened: z.array(z.string()),
});
/** What came back to each identity by subject, what it heard, what it was refused, how often it was cut; and which strangers were let in. */
export type Told = z.infer<typeof Told>;

/** Has a client in Python try all. `strangers`: files that should open nothing. @throws Error with what Python said */
export async function runClients(
  servers: string,
  clients: readonly Client[],
  strangers: readonly Credentials[],
  folder: string,
): Promise<Told> {
  const packages = await installed();
  const [job, out] = [join(folder, "tries.json"), join(folder, "tried.json")];
  writeFileSync(job, JSON.stringify({ servers: servers.split(","), identities: clients, strangers }));
  await python([join(FOLDER, "tries.py"), job, out], { ...process.env, PYTHONPATH: packages });
  return Told.parse(JSON.parse(readFileSync(out, "utf8")));
}

/** The pinned packages, kept beside what else a checkout downloads. */
async function installed(): Promise<string> {
  const cache = join(here, ".cache/python");
  const kept = join(cache, createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16));
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(`${kept}-`);
  try {
    const quiet = ["-q", "--disable-pip-version-check", "--no-deps", "--root-user-action=ignore"];
    await python(["-m", "pip", "install", ...quiet, "--target", making, "-r", REQUIREMENTS], process.env);
    if (!existsSync(kept)) renameSync(making, kept);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return kept;
}

async function python(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr } = await ended(spawn("python3", [...args], { env, timeout: 300_000 }));
  if (code !== 0) throw new Error(`python3 ${args.slice(0, 3).join(" ")} ended with ${code}: ${stderr.slice(-800)}`);
}
