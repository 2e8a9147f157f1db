import { join } from "node:path";
import { z } from "zod";
import { type Draw, drawing } from "../../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../../harness/checkout.ts";
import { freePort } from "../../harness/nats-by-hand.ts";
import { armada, type Place, pause, place, type Up, until, up } from "../../harness/product.ts";
import { type About, atLeast, count, type Figure, none } from "../../harness/proof.ts";
import { copyTeam } from "../../harness/teams.ts";
import { Streams } from "../../judges/streams.ts";
import { clientsOf, pythonFaults } from "./clients.ts";
import { Outbox } from "./outbox.ts";
import { Sender, type Victim } from "./sender.ts";

const EVENTS = 200_000;
const SHORT_EVENTS = 3_000;
const KILLS = 60;
/** One of each client, and of each part of the mesh. */
const SHORT_KILLS = 5;
/** So many of a hundred come while what was killed before is not back yet. */
const AT_ONCE = 25;
const SENT_MS = 3_600_000;
const AGAIN_MS = 60_000;

/**
 * Clients that emit, and an outbox that is emptied, while all that there is is killed: what was acknowledged, or committed, is in the
 * log, each event is there once, and a reader has it once. The short form has the clients that need no other programs.
 */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  using copy = copyCheckout(["gateway"]);
  copyTeam(copy, "till");
  using at = place({}, copy.root);
  await using mesh = await up(["--only", "till", "--port", String(await freePort())], at);
  const gateway = { url: mesh.mesh().gateway ?? "", keyFile: join(at.cwd, ".armada/keys/gateway.key") };
  const { commands, missing } = clientsOf(gateway, at.cwd, short);
  if (!short) yield none("clients that are not there", missing);
  else for (const one of missing) say(one);
  if (commands.has("python")) yield none("tests of the Python client that fail", pythonFaults());
  const each = Math.floor((short ? SHORT_EVENTS : EVENTS) / (commands.size + (short ? 0 : 1)));
  await using stack = new AsyncDisposableStack();
  const outbox = short ? undefined : stack.use(await Outbox.start(each, await freePort(), gateway, at));
  const clients = [...commands].map(([name, command]) => stack.use(new Sender(name, each, command, at)));
  const senders = outbox === undefined ? clients : [...clients, outbox.sender];
  const services = ["gateway", "nats", "till"].map((service) => ofMesh(service, mesh, draw));
  const victims: readonly Victim[] = [...clients, ...services, ...(outbox?.victims ?? [])];
  const kills = short ? SHORT_KILLS : KILLS;
  yield atLeast("kills", await killed(victims, senders, { kills, draw, say }), kills);
  yield none(
    "clients that gave up",
    senders.flatMap((one) => one.faults()),
  );
  if (outbox !== undefined)
    yield* outbox.judged(async () => (await storedIn(mesh)).flatMap((one) => (one.source === outbox.sender.source ? [one.subject] : [])));
  yield* judged(senders, each, mesh, at);
}

/** Kills one after the other, each of them before any comes again, each after a further part of the events was acknowledged. */
async function killed(
  victims: readonly Victim[],
  senders: readonly Sender[],
  about: { readonly kills: number; readonly draw: Draw; readonly say: About["say"] },
): Promise<number> {
  const { kills, draw, say } = about;
  const end = performance.now() + SENT_MS;
  const part = (): number => senders.reduce((sum, one) => sum + one.progress(), 0) / senders.length;
  let done = 0;
  let due = 0;
  let round: Victim[] = [];
  for (let now = part(); now < 1; now = part()) {
    if (performance.now() > end || senders.some((one) => one.faults().length > 0)) break;
    if (done < kills && now > due) {
      if (round.length === 0) round = draw.some(victims, victims.length);
      const victim = round.pop();
      if (victim === undefined || senders.some((one) => one === victim && one.progress() === 1)) continue; // it has ended well
      await victim.kill();
      done++;
      due = draw.integer(1, 100) <= AT_ONCE ? 0 : done / (kills + 1);
      say(`kill ${done}: ${victim.name}; ${senders.map((one) => `${one.name} ${Math.round(one.progress() * 100)} %`).join(", ")}`);
    }
    await pause(25);
  }
  return done;
}

/** A process of the mesh, which `up` starts again. */
function ofMesh(service: string, mesh: Up, draw: Draw): Victim {
  return {
    name: service,
    kill: async () => {
      const pid = draw.one(mesh.mesh().pids[service] ?? []);
      process.kill(pid, "SIGKILL");
      await until(`another ${service}`, AGAIN_MS, () => mesh.mesh().pids[service]?.includes(pid) === false);
    },
  };
}

const Event = z.object({ source: z.string(), subject: z.string() });
const Counted = z.object({ output: z.object({ rows: z.number(), twice: z.number() }) });

/** What was sent stands in the subject, whatever id an event has. */
async function storedIn(mesh: Up): Promise<z.infer<typeof Event>[]> {
  const stored: z.infer<typeof Event>[] = [];
  await using streams = await Streams.open(mesh.mesh());
  for await (const message of streams.messages("TEAM_gateway", "evt.gateway.>")) stored.push(Event.parse(JSON.parse(message.string())));
  return stored;
}

async function* judged(senders: readonly Sender[], each: number, mesh: Up, at: Place): AsyncGenerator<Figure> {
  const times = new Map<string, number>();
  for (const { subject } of await storedIn(mesh)) times.set(subject, (times.get(subject) ?? 0) + 1);
  const acknowledged = senders.flatMap((one) => one.acknowledged());
  yield count("events acknowledged", new Set(acknowledged).size, each * senders.length);
  yield none(
    "acknowledged events that the log has not",
    acknowledged.filter((id) => !times.has(id)),
  );
  yield none(
    "events that the log has twice",
    [...times].flatMap(([id, n]) => (n === 1 ? [] : [`${id}: ${n}`])),
  );
  yield count("events in the log", times.size, each * senders.length);
  const { rows, twice } = await until(`a replica to have folded ${times.size}`, AGAIN_MS, async () => {
    const { lines, stdout, stderr } = await armada(["run", "till.count", "--input", "{}", "--wait", "--json"], at);
    const told = Counted.safeParse(lines.at(-1));
    if (!told.success) throw new Error(`the replica does not tell its read model: ${stdout}${stderr}`);
    return told.data.output.rows >= times.size ? told.data.output : undefined;
  });
  yield count("events that a replica of a team has folded", rows, each * senders.length);
  yield count("of them those that it has folded twice", twice, 0);
}
