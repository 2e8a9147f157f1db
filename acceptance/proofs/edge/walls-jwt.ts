import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { freePort, startNats } from "../harness/nats-by-hand.ts";
import { armada, here, type Place, place, until, up } from "../harness/product.ts";
import { atLeast, type Figure, none, type Proof } from "../harness/proof.ts";
import { behindWalls, type Walled } from "./walls.ts";

/** A server that somebody runs, in operator mode: it is told its accounts as JWTs, and never reads its configuration again. */
export const run: Proof = async function* (about): AsyncGenerator<Figure> {
  let configuration = "";
  yield* behindWalls(about, async (at) => {
    const walled = await byJwts(at);
    configuration = readFileSync(join(walled.mesh.keys, "auth.conf"), "utf8");
    return walled;
  });
  if (!about.short) yield* readByNats(configuration);
};

const Read = z.object({ name: z.string(), signers: z.number(), issues: z.array(z.string()) });

/** By nats' own library for JWTs, which nsc and nats-server read them by. */
function* readByNats(configuration: string): Generator<Figure> {
  using at = place();
  writeFileSync(join(at.cwd, "go.mod"), "module claims\n\ngo 1.23\n\nrequire github.com/nats-io/jwt/v2 v2.8.3\n");
  copyFileSync(join(here, "acceptance/proofs/edge/walls/read_claims.go"), join(at.cwd, "main.go"));
  execFileSync("go", ["-C", at.cwd, "mod", "tidy"], { stdio: "pipe" });
  execFileSync("go", ["-C", at.cwd, "build", "-o", "claims", "."], { stdio: "pipe" });
  const jwts = [...configuration.matchAll(/^ {2}A[A-Z2-7]{55}: (\S+)$/gmu)].map(([, jwt]) => jwt);
  const out = execFileSync(join(at.cwd, "claims"), { input: jwts.join("\n"), encoding: "utf8" });
  const read = out.split("\n").flatMap((line) => (line === "" ? [] : [Read.parse(JSON.parse(line))]));
  yield atLeast("accounts that nats' own library reads", read.length, 8);
  yield none(
    "what it finds wrong with them",
    read.flatMap(({ name, issues }) => issues.map((issue) => `${name}: ${issue}`)),
  );
}

async function byJwts(at: Place): Promise<Walled> {
  const keys = join(at.cwd, "keys");
  const port = await freePort();
  const nats = `nats://127.0.0.1:${port}`;
  Object.assign(at.env, { NATS_CREDS: keys, ARMADA_NATS_ACCOUNTS: "jwt" });
  await armada(["provision", "--keys", keys], at); // there is no server yet: it makes what one is started with
  const server = await startNats(at.cwd, { port, keys });
  try {
    Object.assign(at.env, { NATS_URL: nats });
    const mesh = await up(["--port", "0"], at);
    const about = await until("the gateway to listen", 30_000, () => (mesh.mesh().gateway === undefined ? undefined : mesh.mesh()));
    return {
      mesh: about,
      credentials: (name, folder = keys) => ({ name, file: join(folder, `${name}.creds`), by: "user_credentials" }),
      [Symbol.asyncDispose]: async () => {
        await mesh.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
