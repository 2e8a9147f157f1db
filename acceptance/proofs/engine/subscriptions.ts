import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { armada, type Place, place, type Up, until, up } from "../harness/product.ts";
import { type About, count, type Figure, none } from "../harness/proof.ts";
import { copyTeam, copyVariant } from "../harness/teams.ts";
import { type Journal, journalsOf } from "../judges/journals.ts";
import { rawMessages } from "../judges/raw-messages.ts";
import { allEnded } from "../judges/runs.ts";
import { readTeam, Streams } from "../judges/streams.ts";

/** A run of the shop places so many at most: its journal has room for no more. */
const A_RUN = 1_000;
const SETTLED_MS = 120_000;
const TIMES = 3;

/** A subscription to old events: read models want the history, triggers do not unless told, and nothing is taken twice. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const old = short ? 300 : 10_000;
  using copy = copyCheckout([]);
  for (const name of ["shop", "books"]) copyTeam(copy, name);
  using at = place({}, copy.root);
  const again = async (what: "none" | "now" | "beginning"): Promise<Up> => {
    if (what !== "none") copyVariant(copy, "books", what);
    say(`team.ts says ${what}`);
    return up(["--sync-interval", "100ms"], at);
  };

  {
    await using mesh = await again("none");
    for (let first = 0; first < old; first += A_RUN) await sell(first, Math.min(A_RUN, old - first), at);
    yield* on(mesh, async function* (streams) {
      // A run's last facts are stored right after its end is journaled, not before.
      await until("the facts of the ended runs", SETTLED_MS, async () => (await factsOf(streams, "shop")).length >= old);
      yield count("old events in the other team's stream", (await factsOf(streams, "shop")).length, old);
      // `up` asks each stream whether it takes a message.
      const heard = (await rawMessages(streams, "TEAM_books")).filter(
        ({ subject }) => !subject.startsWith("ask.books.operator.health_check."),
      );
      yield count("messages of the team that does not listen", heard.length, 0, heard.map(({ subject }) => subject).join());
    });
  }
  {
    await using mesh = await again("now");
    yield* on(mesh, async function* (streams) {
      yield* readModel("a subscription from now", old, streams, at);
      yield count("a subscription from now: runs of old events", (await filed(mesh)).length, 0);
      await sell(old, 1, at);
      await allHandled(streams, old + 1);
      yield* each("a subscription from now: of one new event", [old], await filed(mesh));
    });
  }
  const first = (orders: number): number[] => Array.from({ length: orders }, (_, order) => order);
  {
    await using mesh = await again("beginning");
    yield* on(mesh, async function* (streams) {
      await allHandled(streams, old + 1);
      yield* each('from: "beginning"', first(old + 1), await filed(mesh));
      yield* readModel('from: "beginning"', old + 1, streams, at);
    });
  }
  for (let time = 1; time <= (short ? 1 : TIMES); time++) {
    const orders = old + 1 + time;
    {
      await using _ = await again("none");
      await sell(orders - 1, 1, at);
    }
    await using mesh = await again("beginning");
    yield* on(mesh, async function* (streams) {
      const name = `taken away and added, time ${time}`;
      yield* readModel(name, orders, streams, at);
      yield* each(name, first(orders), await filed(mesh));
      const copies = (await factsOf(streams, "books")).length;
      yield { name: `${name}: copies in its stream`, value: copies, target: "any", ok: true };
    });
  }
}

async function* on(mesh: Up, judge: (streams: Streams) => AsyncGenerator<Figure>): AsyncGenerator<Figure> {
  await using streams = await Streams.open(mesh.mesh());
  yield* judge(streams);
}

async function sell(first: number, orders: number, at: Place): Promise<void> {
  const { code, stdout, stderr } = await armada(
    ["run", "shop.sell", "--input", JSON.stringify({ first, count: orders }), "--wait", "--json"],
    at,
  );
  if (code !== 0) throw new Error(`selling ended with ${code}: ${stdout}${stderr}`);
}

async function factsOf(streams: Streams, team: string): Promise<string[]> {
  return (await rawMessages(streams, `TEAM_${team}`, "evt.shop.order.placed.>")).map(({ subject }) => subject);
}

/** Waits until the subscriber has the other team's events, and the consumers on them have nothing left that they hold. */
async function allHandled(streams: Streams, events: number): Promise<void> {
  const manager = await streams.managerOf("TEAM_books");
  await until(`${events} events to be there and handled`, SETTLED_MS, async () => {
    if (new Set(await factsOf(streams, "books")).size < events) return false;
    const consumers = await Array.fromAsync(manager.consumers.list("TEAM_books"));
    const triggers = consumers.filter(({ config }) => config.durable_name !== undefined && config.filter_subject?.startsWith("evt.shop."));
    return triggers.length > 0 && triggers.every(({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0);
  });
}

const State = z.object({ model: z.literal("orders"), state: z.record(z.string(), z.record(z.string(), z.number())) });
const Counted = z.object({ output: z.object({ rows: z.number(), twice: z.number() }) });

/** The read model as the command rebuilds it, and as the replica has it. */
async function* readModel(name: string, wanted: number, streams: Streams, at: Place): AsyncGenerator<Figure> {
  await allHandled(streams, wanted);
  const { lines, stdout, stderr } = await armada(["state", "books", "--json"], at);
  const state = State.safeParse(lines.find(({ type }) => type === "state"));
  const rows = Object.values(state.data?.state ?? {}).flatMap((shelf) => Object.entries(shelf));
  yield count(`${name}: rows of its read model`, rows.length, wanted, state.success ? "" : `${stdout.slice(-300)}${stderr}`);
  yield none(
    `${name}: rows folded more than once`,
    rows.filter(([, times]) => times !== 1).map(([order, times]) => `${order}: ${times}`),
  );
  const own = await until(`the replica's read model to hold ${wanted}`, SETTLED_MS, async () => {
    const looked = await armada(["run", "books.count", "--wait", "--json"], at);
    const counted = Counted.safeParse(looked.lines.at(-1));
    if (!counted.success) throw new Error(`the replica does not tell its read model: ${looked.stdout}${looked.stderr}`);
    return counted.data.output.rows >= wanted ? counted.data.output : undefined;
  });
  yield count(`${name}: rows of the replica's read model`, own.rows, wanted);
  yield count(`${name}: rows that the replica folded more than once`, own.twice, 0);
}

type Filed = { readonly order: number; readonly by: string; readonly ends: string };
const Started = z.object({ input: z.object({ order: z.number() }), by: z.object({ kind: z.string(), id: z.string() }) });

/** The runs that the subscription started, once all of them have ended. */
async function filed(mesh: Up): Promise<Filed[]> {
  const known = journalsOf("books", await readTeam("books", mesh.mesh())).size;
  const journals = await allEnded("books", known, () => mesh.mesh(), SETTLED_MS);
  return [...journals.values()].flatMap((journal) => startOf(journal));
}

function startOf({ events, ends }: Journal): Filed[] {
  return events.flatMap(({ type, data }) => {
    const started = type === "armada.run.started" ? Started.safeParse(data) : undefined;
    return started?.success === true && started.data.by.kind === "event"
      ? [{ order: started.data.input.order, by: started.data.by.id, ends: ends.join() }]
      : [];
  });
}

/** Each of the wanted orders started one run, which ended; no other did. */
function* each(name: string, wanted: readonly number[], runs: readonly Filed[]): Generator<Figure> {
  const orders = new Set(runs.map(({ order }) => order));
  yield count(`${name}: runs started`, runs.length, wanted.length);
  yield none(`${name}: events that started none`, wanted.filter((order) => !orders.has(order)).map(String));
  yield count(`${name}: different events that started one`, new Set(runs.map(({ by }) => by)).size, runs.length);
  yield none(
    `${name}: runs that did not complete once`,
    runs.filter(({ ends }) => ends !== "completed").map(({ order, ends }) => `${order}: ${ends || "open"}`),
  );
}
