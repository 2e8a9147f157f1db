import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { type Started, startService } from "../harness/by-hand.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { freePort, type HandStarted, startNats } from "../harness/nats-by-hand.ts";
import { armada, type Place, place, until } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf, type Journal, journalsOf } from "../judges/journals.ts";
import { startRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";

const JOINS_A_RUN = 100;

/** Two processes end the two branches of a join at one instant, on a cluster, thousands of times: each join is met once. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const [runs, joins] = short ? [6, 20] : [20, JOINS_A_RUN];
  using copy = copyCheckout([]);
  copyTeam(copy, "pairs");
  // Half as many of each side as there are runs: neither process can hold both branches of all of them.
  copy.write("services/pairs/src/settings.ts", `export const CONCURRENCY = ${runs / 2};\n`);
  using at = place({}, copy.root);
  const keys = join(at.cwd, "keys");
  await armada(["provision", "--keys", keys], at);
  letWitness(join(keys, "auth.conf"));
  const cluster = await startCluster(at.cwd, keys);
  const services: Started[] = [];
  const meant: Place = { ...at, env: { NATS_URL: cluster.nats, NATS_CREDS: keys } };
  try {
    await until(
      "the cluster to be provisioned",
      40_000,
      async () => (await armada(["provision", "--keys", keys, "--nats", cluster.nats, "--replicas", "3"], at)).code === 0,
    );
    services.push(startService("pairs", meant), startService("pairs", meant));
    await Promise.all(services.map((one) => one.says(/ serves\b/u)));
    await using witness = await watchConflicts(cluster.nats);
    say(`${runs} runs of ${joins} joins`);
    for (let i = 0; i < runs; i++) await startRun("pairs.many", JSON.stringify({ joins }), meant);
    let journals = new Map<string, Journal>();
    await until("the runs to end", short ? 60_000 : 300_000, async () => {
      journals = journalsOf("pairs", await readTeam("pairs", { nats: cluster.nats, keys }));
      return [...journals.values()].filter(({ ends }) => ends.length > 0).length === runs;
    }).catch(() => say("not all runs ended"));
    const all = [...journals.values()];
    yield count("runs that completed", all.filter(({ ends }) => ends.join() === "completed").length, runs);
    yield count(
      "joins with two outcomes",
      all.reduce((sum, { steps }) => sum + [...steps.values()].filter(({ outcomes }) => outcomes === 1).length, 0) / 2,
      runs * joins,
    );
    yield none("steps and runs without one outcome", faultsOf(all));
    yield none("joins that did not go on once, after both outcomes", all.flatMap(joinFaults));
    yield atLeast("joins that met a conflict, seen on the wire", witness.contested(), short ? 1 : 200, witness.detail());
  } finally {
    for (const { child } of services) child.kill("SIGTERM");
    await Promise.all(services.map(({ gone }) => gone));
    await Promise.all(cluster.servers.map((server) => server.stop()));
  }
}

async function startCluster(folder: string, keys: string): Promise<{ nats: string; servers: HandStarted[] }> {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const routes = await Promise.all([freePort(), freePort(), freePort()]);
  const list = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
  const started = await Promise.allSettled(
    ports.map((port, i) =>
      startNats(folder, {
        port,
        keys,
        name: `n${i}`,
        extra: `server_name: n${i}\ncluster { name: prove, listen: "127.0.0.1:${routes[i]}", routes: [${list}] }\n`,
      }),
    ),
  );
  const servers = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = started.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(servers.map((server) => server.stop()));
    throw failed.reason;
  }
  return { nats: ports.map((port) => `nats://127.0.0.1:${port}`).join(","), servers };
}

/** Adds a user to the team's account who may listen to journals and to what the server answers their writers. */
function letWitness(auth: string): void {
  const user = '{ user: witness, password: witness, permissions: { publish: { deny: ">" }, subscribe: { allow: ["run.>", "_INBOX.>"] } } }';
  writeFileSync(auth, readFileSync(auth, "utf8").replace(/^( {2}pairs \{\n.*\n {4}users: \[\n)/mu, `$1      ${user}\n`));
}

/** Counts refused appends by what they were for: the server's answer goes to the reply subject that the append carried. */
async function watchConflicts(nats: string): Promise<AsyncDisposable & { contested(): number; detail(): string }> {
  const connection = await connect({ servers: nats.split(","), user: "witness", pass: "witness" });
  const appends = new Map<string, string>();
  const refused = new Map<string, number>();
  connection.subscribe("run.pairs.>", {
    callback: (_, { subject, reply }) => {
      if (reply !== undefined && subject.split(".").length === 6) appends.set(reply, subject.split(".").slice(4).join("."));
    },
  });
  connection.subscribe("_INBOX.pairs.>", {
    callback: (_, message) => {
      const code = /"err_code":(10071|10164)\b/u.exec(message.string())?.[1];
      if (code !== undefined) refused.set(message.subject, Number(code));
    },
  });
  await connection.flush();
  const found = (): [string, number][] =>
    [...refused].flatMap(([reply, code]) => {
      const about = appends.get(reply);
      return about === undefined ? [] : [[about, code]];
    });
  return {
    contested: () => new Set(found().map(([about]) => about)).size,
    detail: () =>
      `${appends.size} appends, ${found().length} refused appends, ${found().filter(([, code]) => code === 10164).length} of them 10164`,
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** The two requests of a join stand once, behind both outcomes of the join before. */
function joinFaults({ run, events }: Journal): string[] {
  const faults: string[] = [];
  const open = new Set<number>();
  let requested = 0;
  for (const { type, data } of events) {
    const n = typeof data === "object" && data !== null && "n" in data ? Number(data.n) : 0;
    if (type === "armada.step.completed") open.delete(n);
    if (type !== "armada.step.requested") continue;
    if (n !== ++requested) faults.push(`${run}: request ${n} where ${requested} was due`);
    if (n % 2 === 1 && open.size > 0) faults.push(`${run}: request ${n} before the outcomes of ${[...open].join(", ")}`);
    open.add(n);
  }
  return faults;
}
