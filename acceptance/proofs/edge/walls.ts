import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessIn, type Link, link } from "@armada/nats";
import { nkeys } from "@nats-io/transport-node";
import { copyCheckout } from "../harness/checkout.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type MeshFile, type Place, pause, place, until, up } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, none, type Proof } from "../harness/proof.ts";
import { copyTeam, outsideTeam, startOutside } from "../harness/teams.ts";
import { rawMessages } from "../judges/raw-messages.ts";
import { Streams } from "../judges/streams.ts";
import { type Connection, connectionsIn, cutOf, startLoad } from "./walls/load.ts";
import { type Credentials, runClients } from "./walls/python-client.ts";
import { tried } from "./walls/tried.ts";

const OPENED = "com.example.late.opened";
const WAIT_MS = 120_000;
const ASKS = 5;
const quiet = { info: () => undefined, warn: () => undefined };

/** A mesh behind walls, and how its identities show themselves to its server. */
export type Walled = AsyncDisposable & { readonly mesh: MeshFile; credentials(name: string, folder?: string): Credentials };
/** Starts one for the services of a checkout. */
type Raise = (at: Place) => Promise<Walled>;

/** The server of `up`, which reads its accounts from its configuration. */
export const run: Proof = (about) => behindWalls(about, byConfiguration);

async function byConfiguration(at: Place): Promise<Walled> {
  const mesh = await up(["--port", "0"], at);
  const about = mesh.mesh();
  return {
    mesh: about,
    credentials: (name, folder = about.keys) => ({ name, file: join(folder, `${name}.nk`), by: "nkeys_seed" }),
    [Symbol.asyncDispose]: () => mesh.stop(),
  };
}

/**
 * While others work at 200 events a second a team comes, gets another key and goes: nobody is cut off, nothing is lost. In between, with
 * no load, each identity's credentials in a client that is not ours try every door there is.
 */
export async function* behindWalls({ say, short }: About, raise: Raise): AsyncGenerator<Figure> {
  const calm = short ? 500 : 5_000;
  const perSecond = short ? 40 : 200;
  using copy = copyCheckout(["gateway", "federation"]);
  for (const name of ["beta", "quiet", "told"]) copyTeam(copy, name);
  using at = place({ ARMADA_BUDGETS_FLEET: "$8000/month" }, copy.root);
  using late = outsideTeam(copy, "late");
  await using walled = await raise(at);
  const about = walled.mesh;
  const admin = await link({ servers: about.nats, identity: await accessIn(about.keys).identity("provisioner"), logger: quiet });
  const former = join(at.cwd, "former");
  mkdirSync(former);
  const others = connectionsIn(about);
  const load = startLoad(about, { perSecond });
  try {
    await pause(calm);
    say("a team is added");
    const added = await armada(["provision", "--team", late.folder, "--nats", about.nats], at);
    yield count("provision --team: exit code", added.code, 0, added.stdout + added.stderr);
    const replica = startOutside(late.folder, about, at);
    try {
      await replica.says(/ serves\b/u);
      await sendEvents(about, opened("before"));
      await answered(admin, ASKS);
      say("it gets another key");
      copyFileSync(walled.credentials("late").file, walled.credentials("late", former).file);
      const rotated = await armada(["provision", "--team", late.folder, "--nats", about.nats, "--rotate"], at);
      yield count("provision --rotate: exit code", rotated.code, 0, rotated.stdout + rotated.stderr);
      await sendEvents(about, opened("after"));
      await answered(admin, 2 * ASKS);
      await pause(calm);
      yield* unharmed("added and with another key", others, about, at);
      yield count("answers to the team's asks, over both keys", await answersOf(admin), 2 * ASKS);
      await load.stop();
      yield* nothingLost(admin, load.accepted(), at);
      yield atLeast("events a second that others were told", Math.round(load.perSecond()), Math.floor(0.9 * perSecond));
      const nobody = nobodysKey(walled.credentials("told"), former);
      const strangers = [walled.credentials("late", former), nobody];
      yield* tried(admin, about, at, { credentials: (name) => walled.credentials(name), former: strangers, say });
    } finally {
      await replica.stop();
    }
    copyFileSync(walled.credentials("late").file, walled.credentials("late", former).file);
    yield* removed(admin, about, at, { others, calm, perSecond, before: load.accepted(), say });
    const opens = await runClients(about.nats, [], [walled.credentials("late", former)], at.cwd);
    yield none("keys of a team that was removed, that open a door", opens.opened);
  } finally {
    await load.stop();
    await admin.close();
  }
}

/** Another's credentials with a key that nobody gave out in the place of their own. */
function nobodysKey({ file, by }: Credentials, folder: string): Credentials {
  const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
  const path = join(folder, "nobody");
  writeFileSync(path, readFileSync(file, "utf8").replace(/SU[A-Z2-7]{56}/u, seed));
  return { name: "nobody", file: path, by };
}

async function* removed(
  admin: Link,
  mesh: MeshFile,
  at: Place,
  about: {
    readonly others: readonly Connection[];
    readonly calm: number;
    readonly perSecond: number;
    readonly before: number;
    readonly say: (line: string) => void;
  },
): AsyncGenerator<Figure> {
  const load = startLoad(mesh, { perSecond: about.perSecond, first: about.before });
  try {
    about.say("it is removed");
    const gone = await armada(["remove", "team", "late", "--drop"], at);
    yield count("remove team: exit code", gone.code, 0, gone.stdout + gone.stderr);
    await pause(about.calm);
  } finally {
    await load.stop();
  }
  yield* unharmed("removed", about.others, mesh, at);
  yield* nothingLost(admin, about.before + load.accepted(), at);
  yield none(
    "files of a team that was removed",
    ["late.nk", "late.creds"].filter((file) => existsSync(join(mesh.keys, file))),
  );
}

function* unharmed(when: string, others: readonly Connection[], mesh: MeshFile, at: Place): Generator<Figure> {
  yield atLeast(`a team is ${when}: connections of others`, others.length, 5);
  yield none(`a team is ${when}: connections of others that were cut`, cutOf(others, mesh, at));
}

async function* nothingLost(admin: Link, accepted: number, at: Place): AsyncGenerator<Figure> {
  const ids = async (): Promise<string[]> =>
    (await rawMessages(new Streams(admin), "TEAM_told", "evt.gateway.com_example_told.said.>")).flatMap(({ envelopes }) =>
      envelopes.map(({ id }) => id),
    );
  const there = await until("others to be told all", WAIT_MS, async () => {
    const found = await ids();
    return found.length >= accepted ? found : undefined;
  }).catch(ids);
  yield count("events that others were told, of those accepted", there.length, accepted);
  yield count("of them different ones", new Set(there).size, accepted);
  const folded = async (): Promise<number> => {
    const { lines } = await armada(["state", "told", "--json"], at);
    const state = lines.find(({ type }) => type === "state")?.state;
    return Number((state as { all?: unknown } | undefined)?.all ?? 0);
  };
  const all = await until("others to have taken all", WAIT_MS, async () => ((await folded()) >= accepted ? accepted : undefined)).catch(
    folded,
  );
  yield count("events in the read model of others", all, accepted);
}

function opened(when: string): { id: string; type: string; data: unknown }[] {
  return Array.from({ length: ASKS }, (_, i) => ({ id: `${when}${i}`, type: OPENED, data: { text: `${when} ${i}` } }));
}

async function answersOf(admin: Link): Promise<number> {
  return (await rawMessages(new Streams(admin), "TEAM_late", "ans.late.beta.>")).length;
}

async function answered(admin: Link, wanted: number): Promise<void> {
  await until(`${wanted} asks of the late team to be answered`, WAIT_MS, async () => (await answersOf(admin)) >= wanted);
}
