import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Started, startService } from "../harness/by-hand.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { freePort, type HandStarted, startNats } from "../harness/nats-by-hand.ts";
import { armada, type Place, place, until } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, holds, none, type Proof } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf } from "../judges/journals.ts";
import { differences, heard, type Kept, type Run, runsOf, says, tooEarly, uneven, unevenIds } from "../judges/kept.ts";
import { allStreams, readTeam, Streams } from "../judges/streams.ts";

/** `herald` states facts, and `keeper` waits, sleeps and notes by them. */
const TEAMS = ["herald", "keeper"] as const;

const OPEN = 50;
const SETTLED_MS = 120_000;
/** Both fall due while the team is nowhere, or soon after. */
const RESTS = [20_000, 40_000] as const;

/** A server started by hand, and how the commands and services find it. */
type Server = Kept & { readonly port: number; readonly name: string };

/** Two teams, moved to another server, which has identities of its own under their and the operator's names, with all that is under way; then that server's folder is emptied under their services. */
export const run: Proof = async function* ({ say, short }): AsyncGenerator<Figure> {
  yield* withServers(["first", "second"], async function* (servers, doing) {
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error("no servers");
    await doing.start(first);
    yield* moves(first, second, { ...doing, say });
    yield* anew(second, doing, { say, short });
  });
};

/** Streams that are made anew under running services. */
export const renewed: Proof = async function* ({ say, short }): AsyncGenerator<Figure> {
  yield* withServers(["only"], async function* ([only], doing) {
    if (only === undefined) throw new Error("no server");
    await doing.start(only);
    await says({ told: Array.from({ length: 10 }, (_, i) => `old${i}`) }, only);
    await until("ten runs to end", SETTLED_MS, async () => (await runsOf(only)).filter(named("note")).length === 10);
    yield* anew(only, doing, { say, short });
  });
};

async function* anew(server: Server, doing: Doing, { say, short }: Pick<About, "say" | "short">): AsyncGenerator<Figure> {
  say("the server's folder is emptied under the services");
  await doing.empty(server);
  yield* emptied(server, doing.services());
  if (!short) {
    say("only the herald's stream is made anew");
    yield* remade(server);
  }
  yield none(
    "services that ended",
    doing.services().flatMap(({ child, said }) => (child.exitCode === null ? [] : [said().slice(-300)])),
  );
  yield holds(
    "each service said that its stream is another one",
    doing.services().every(({ said }) => said().includes("is another stream")),
  );
}

async function* withServers(
  names: readonly string[],
  judge: (servers: readonly Server[], doing: Doing) => AsyncGenerator<Figure>,
): AsyncGenerator<Figure> {
  using copy = copyCheckout(["content"]); // its contract declares an event from outside, which somebody has to want
  for (const name of TEAMS) copyTeam(copy, name);
  using at = place({}, copy.root);
  const servers: Server[] = [];
  for (const name of names) {
    const keys = join(at.cwd, `keys-${name}`);
    const made = await armada(["provision", "--keys", keys], at); // identities; there is no server yet
    if (made.code !== 4) throw new Error(`no identities: ${made.stdout}${made.stderr}`);
    servers.push(await serverOf(name, keys, at));
  }
  const running = new Map<string, HandStarted>();
  let services: Started[] = [];
  try {
    for (const server of servers) {
      running.set(server.name, await startNats(at.cwd, server));
      await provisioned(server);
    }
    yield* judge(servers, {
      services: () => services,
      start: async (server) => {
        services = TEAMS.map((name) => startService(name, server.at));
        await Promise.all(services.map((one) => one.says(/ serves\b/u)));
      },
      stop: () => ended(services),
      empty: async (server) => {
        await running.get(server.name)?.stop();
        rmSync(join(at.cwd, server.name), { recursive: true, force: true });
        running.set(server.name, await startNats(at.cwd, server));
      },
    });
  } finally {
    await ended(services);
    await Promise.all([...running.values()].map((server) => server.stop()));
  }
}

type Doing = {
  services(): readonly Started[];
  start(server: Server): Promise<void>;
  stop(): Promise<void>;
  /** Ends a server, takes its folder away, and starts it anew. */
  empty(server: Server): Promise<void>;
};

async function* moves(from: Server, to: Server, { start, stop, services, say }: Doing & Pick<About, "say">): AsyncGenerator<Figure> {
  const opened = Array.from({ length: OPEN }, (_, i) => `open${i}`);
  const told = ["told0", "told1", "told2"];
  const began = Date.now();
  await says({ opened, rested: RESTS.map((ms, i) => ({ id: `rest${i}`, ms })) }, from);
  await until("the runs to be open", SETTLED_MS, async () => (await runsOf(from)).length === OPEN + RESTS.length);
  const refused = await armada(["move", "team", "keeper", "--to", to.nats, "--creds", to.keys], from.at);
  yield holds("a team at work is not moved", refused.code !== 0 && /TEAM_RUNS/.test(refused.stderr), refused.stderr);
  await stopKeeper(stop, from, told);
  const before = await readTeam("keeper", from);
  const timers = before.filter(({ subject }) => subject.startsWith("tick."));
  yield count(
    "runs open at the move",
    (await runsOf(from)).filter(({ ends }) => ends.length === 0).length,
    OPEN + RESTS.length - timers.length,
  );
  yield count("timers that have fired before the move", timers.length, 0, `${Date.now() - began} ms after they were set`);
  say("moving both teams");
  for (const team of TEAMS) {
    const { code, stdout, stderr } = await armada(["move", "team", team, "--to", to.nats, "--creds", to.keys], from.at);
    yield count(`moving ${team}: exit code`, code, 0, `${stdout}${stderr}`);
    if (team === TEAMS[0])
      yield none(
        "keys of before that the move does not name",
        ["operator", ...TEAMS].filter((name) => !stdout.includes(`add former key of ${name} to`)),
      );
  }
  const after = await readTeam("keeper", to);
  yield none("messages with another sequence, subject or time", differences(before, after));
  yield holds(
    "the first server has no stream of them",
    (await namesOf(from)).every((name) => !TEAMS.some((team) => name.endsWith(`_${team}`))),
  );
  await start(to);
  await says({ closed: opened }, to);
  const all = [...opened, ...told, ...RESTS.map((_, i) => `rest${i}`)];
  await until(
    "every run to end",
    SETTLED_MS,
    async () => (await runsOf(to)).filter(({ ends }) => ends.length > 0).length >= all.length,
  ).catch(() => undefined);
  yield* judged("moved", all, told, to);
  yield none(
    "messages of before that are not believed",
    services().flatMap(({ said }) =>
      said()
        .split("\n")
        .filter((line) => line.includes("is not taken")),
    ),
  );
  const early = (await runsOf(to)).flatMap((run) => tooEarly(run));
  yield none("sleeps that ended early", early);
  yield none("facts that the read model holds not once", uneven(await heard(to), told));
}

/** Three facts come while nobody handles them: their triggers wait. */
async function stopKeeper(stop: Doing["stop"], from: Server, told: readonly string[]): Promise<void> {
  await stop();
  const herald = startService("herald", from.at);
  try {
    await herald.says(/ serves\b/u);
    await says({ told }, from);
    await until("the facts to wait", SETTLED_MS, async () => {
      const copies = (await readTeam("keeper", from)).filter(({ subject }) => subject.startsWith("evt.herald.thing.told."));
      return copies.length === told.length;
    });
  } finally {
    await ended([herald]);
  }
}

/** Fifteen facts after the folder was emptied and provisioned anew: the queue handles each, and the follower has each, once. */
async function* emptied(server: Server, services: readonly Started[]): AsyncGenerator<Figure> {
  const pids = services.map(({ child }) => child.pid).join(" ");
  await provisioned(server);
  const told = Array.from({ length: 15 }, (_, i) => `anew${i}`);
  await says({ told }, server);
  await until("fifteen runs to end", SETTLED_MS, async () => (await runsOf(server)).filter(named("note")).length >= told.length).catch(
    () => undefined,
  );
  yield* judged("emptied", told, told, server, "note");
  yield none("emptied: facts that the follower has not once", uneven(await heard(server), told));
  yield holds("emptied: the services are the same processes", pids === services.map(({ child }) => child.pid).join(" "));
}

/** Seven new facts of a team whose stream was made anew alone: the other's read model has seven more. */
async function* remade(server: Server): AsyncGenerator<Figure> {
  const before = Object.keys(await heard(server));
  {
    await using streams = await Streams.open(server);
    await (await streams.managerOf("TEAM_herald")).streams.delete("TEAM_herald");
  }
  await provisioned(server);
  const told = Array.from({ length: 7 }, (_, i) => `again${i}`);
  await says({ told }, server);
  const times = await until("the copies", SETTLED_MS, async () => {
    const now = await heard(server);
    return Object.keys(now).length >= before.length + told.length ? now : undefined;
  }).catch(() => heard(server));
  yield none("a stream made anew: facts that the other's read model has not once", uneven(times, [...before, ...told]));
}

async function* judged(
  name: string,
  all: readonly string[],
  told: readonly string[],
  server: Server,
  workflow?: string,
): AsyncGenerator<Figure> {
  const runs = (await runsOf(server)).filter((run) => workflow === undefined || named(workflow)(run));
  const mine = runs.filter(({ id }) => all.includes(id));
  yield none(`${name}: runs without a start, or with two`, unevenIds(mine, all));
  yield none(`${name}: journals with gaps, steps or ends that are none or two`, faultsOf(mine.map(({ journal }) => journal)));
  const noted = (await readTeam("keeper", server)).filter(({ subject }) => subject.startsWith("evt.keeper.thing.noted."));
  const ids = noted.map(({ subject }) => subject.split(".")[4] ?? "");
  yield none(
    `${name}: facts of its own that are not there once`,
    unevenIds(
      ids.map((id) => ({ id })),
      told,
    ),
  );
  yield atLeast(`${name}: messages in its stream`, (await readTeam("keeper", server)).length, all.length);
}

function named(workflow: string): (run: Run) => boolean {
  return (run) => run.workflow === workflow && run.ends.length > 0;
}

async function provisioned(server: Server): Promise<void> {
  const { code, stdout, stderr } = await armada(["provision", "--keys", server.keys, "--nats", server.nats], server.at);
  if (code !== 0) throw new Error(`provisioning ended with ${code}: ${stdout}${stderr}`);
}

async function namesOf(server: Server): Promise<string[]> {
  return (await allStreams(server)).map(({ config }) => config.name);
}

async function serverOf(name: string, keys: string, at: Place): Promise<Server> {
  const port = await freePort();
  const nats = `nats://127.0.0.1:${port}`;
  return { nats, keys, port, name, at: { ...at, env: { ...at.env, NATS_URL: nats, NATS_CREDS: keys } } };
}

async function ended(services: readonly Started[]): Promise<void> {
  for (const { child } of services) if (child.exitCode === null) child.kill("SIGTERM");
  await Promise.all(services.map(({ gone }) => gone));
}
