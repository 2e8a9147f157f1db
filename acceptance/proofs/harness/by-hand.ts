import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { briefFile } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";
import { freePort, type HandStarted, startNats } from "./nats-by-hand.ts";
import { armada, environment, owned, type Place, place, until } from "./product.ts";
import { type About, count, type Figure, holds, none } from "./proof.ts";

/** Without `up`: server, provisioner and services, each started by itself, the services before the server and in a drawn order. */
export async function* run({ seed }: About): AsyncGenerator<Figure> {
  using at = place({ ARMADA_BUDGETS_FLEET: "$8000/month" }); // else the service `federation` has nothing to do, and nobody provisions it
  const keys = join(at.cwd, "keys");
  const made = await armada(["provision", "--keys", keys], at);
  yield count("provision before there is a server: exit code", made.code, 4, made.stderr);
  const port = await freePort();
  const nats = `nats://127.0.0.1:${port}`;
  const meant: Place = { ...at, env: { ...at.env, NATS_URL: nats, NATS_CREDS: keys } };
  const names = readdirSync(join(at.root, "services"));
  const services = drawing(seed)
    .some(names, names.length)
    .map((name) => ({ name, ...startService(name, meant) }));
  let server: HandStarted | undefined;
  try {
    await Promise.all(services.map((one) => one.says(/waiting for nats-server/u)));
    const impatient = startService(names[0] ?? "", meant);
    await impatient.says(/waiting for nats-server/u);
    impatient.child.kill("SIGTERM");
    await impatient.gone;
    yield count("a service told to end while it waits for nats-server: exit code", impatient.child.exitCode ?? -1, 0, impatient.said());
    server = await startNats(at.cwd, { port, keys });
    yield holds("each service said that it waits for nats-server", true);
    await Promise.all(services.map((one) => one.says(/waiting for the stream TEAM_/u)));
    yield holds("each service said that it waits for its stream", true);
    const provisioned = await armada(["provision", "--keys", keys, "--nats", nats], at);
    yield count("provision: exit code", provisioned.code, 0, provisioned.stderr);
    await Promise.all(services.map((one) => one.says(/ serves\b/u)));
    const again = await armada(["provision", "--keys", keys, "--nats", nats, "--json"], at);
    yield count("provision again: changes", again.lines.length, 0, again.stdout);
    const ended = await armada(["run", "content.create_article", "--input", briefFile(at), "--wait", "--json"], meant);
    yield count("the run: exit code", ended.code, 0, ended.stdout.slice(-500) + ended.stderr);
    yield holds("the run: completed", ended.lines.at(-1)?.status === "completed");
    const journals = journalsOf("content", await readTeam("content", { nats, keys }));
    yield count("runs in the stream", journals.size, 1);
    yield none("steps and runs without one outcome", faultsOf(journals.values()));
  } finally {
    for (const { child } of services) child.kill("SIGTERM");
    await Promise.all(services.map((one) => one.gone));
    await server?.stop();
  }
  yield none(
    "services that did not end by SIGTERM with exit code 0",
    services.filter(({ child }) => child.exitCode !== 0).map(({ name, said }) => `${name}: ${said().slice(-300)}`),
  );
}

export type Started = { readonly child: ChildProcess; readonly gone: Promise<void>; said(): string; says(what: RegExp): Promise<unknown> };

/** A service in a shell of its own. */
export function startService(name: string, at: Place): Started {
  const child = owned(spawn(process.execPath, [join(at.root, "services", name, "src/main.ts")], { cwd: at.cwd, env: environment(at) }));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    gone,
    said: () => said,
    says: (what) =>
      until(`${name} to say ${what.source}; it said: ${said.slice(-400)}`, 30_000, () => {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${said}`);
        return what.test(said);
      }),
  };
}
