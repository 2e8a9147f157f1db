import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { identitiesOfOneAccount } from "@armada/nats/testing";
import { copyCheckout } from "../harness/checkout.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type Place, place, type Up, until, up } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { lastSequence, type RawMessage, rawMessages } from "../judges/raw-messages.ts";
import { showRun } from "../judges/runs.ts";
import { connectAs, readTeam, Streams } from "../judges/streams.ts";
import { envelope, Forger, type Lie, withSignature } from "./forger.ts";

const VICTIM = "TEAM_desk";
const WAIT_MS = 30_000;

/** What came after `base`; whether the stream takes messages the doctor asks by one. */
async function since(streams: Streams, base: number): Promise<RawMessage[]> {
  const all = await rawMessages(streams, VICTIM, ">", base + 1);
  return all.filter(({ subject }) => !subject.includes(".operator.health_check."));
}

type Scene = {
  readonly mesh: Up;
  readonly at: Place;
  readonly streams: Streams;
  readonly stranger: Forger;
  readonly edge: Forger;
  /** Whether what is forged in this way is stored. */
  readonly arrives: (way: string) => boolean;
};

/** Where each team has an account these alone are not lost: an ask to whom it may ask, and what is said by a fact of its own. */
const CROSSES: ReadonlySet<string> = new Set(["by a borrowed message id", "by a bad signature"]);

/** What another team's credentials can put into a stream is stored there, counted, and believed by nobody. */
export async function* run(about: About): AsyncGenerator<Figure> {
  using copy = copyCheckout();
  copyTeam(copy, "desk");
  using walled = place({}, copy.root);
  yield* named(
    "an account for each team",
    inMesh(walled, (way) => CROSSES.has(way), about),
  );
  using open = place({}, copy.root);
  await identitiesOfOneAccount(join(open.cwd, ".armada/keys"), ["operator"]);
  yield* named(
    "one account",
    inMesh(open, () => true, about),
  );
}

async function* named(name: string, figures: AsyncGenerator<Figure>): AsyncGenerator<Figure> {
  for await (const figure of figures) yield { ...figure, name: `${name}: ${figure.name}` };
}

async function* inMesh(at: Place, arrives: Scene["arrives"], about: About): AsyncGenerator<Figure> {
  await using mesh = await up(["--port", "0"], at);
  const { nats, keys } = mesh.mesh();
  await using streams = await Streams.open({ nats, keys });
  const [stranger, edge] = await Promise.all(["marketing", "gateway"].map((team) => connectAs(team, { nats, keys })));
  if (stranger === undefined || edge === undefined) throw new Error("no connections");
  try {
    const forgers = { stranger: new Forger(stranger, "marketing", keys), edge: new Forger(edge, "gateway", keys) };
    yield* judged({ mesh, at, streams, arrives, ...forgers }, about);
  } finally {
    await Promise.all([stranger, edge].map((connection) => connection.close()));
  }
}

async function* judged(scene: Scene, { say }: About): AsyncGenerator<Figure> {
  const { mesh, at, streams } = scene;
  await sendEvents(mesh.mesh(), [{ id: "t1", type: "com.example.desk.opened", data: { ticket: "t1", text: "the door is stuck" } }]);
  const run = await waitingRun(streams);
  const before = await believed(run, at);
  const base = await lastSequence(streams, VICTIM);
  const facts = await rawMessages(streams, VICTIM);

  say(`forging against run ${run}`);
  const sent = await forge(scene, run, facts);
  const arrive = sent.filter(scene.arrives);
  const stored = await until("the forged messages to be stored", WAIT_MS, async () => {
    const found = await since(streams, base);
    return found.length >= arrive.length ? found : undefined;
  }).catch(() => since(streams, base));
  for (const [how, wanted] of Map.groupBy(sent, (name) => name)) yield count(`forged, ${how}: sent`, wanted.length, wanted.length);
  yield count("forged messages in the victim's stream", stored.length, arrive.length, stored.map(({ subject }) => subject).join(" | "));

  await nothingPending(streams);
  yield* unchanged("ignored", before, await believed(run, at), arrive.length);
  yield count("messages that they made the victim write", (await since(streams, base)).length - arrive.length, 0);
  yield* goesOn("with the victim's replica as it is", "t1", run, mesh, at);

  await sendEvents(mesh.mesh(), [{ id: "t2", type: "com.example.desk.opened", data: { ticket: "t2", text: "the lamp is dark" } }]);
  const second = await waitingRun(streams, run);
  await forge(scene, second, facts, "again");
  await nothingPending(streams);
  for (const pid of mesh.mesh().pids.desk ?? []) process.kill(pid, "SIGKILL");
  yield* goesOn("with a replica that reads all from the log", "t2", second, mesh, at);
}

/** Everything that the command line tells of the victim, and doctor's count. */
type Believed = { readonly told: Readonly<Record<string, string>>; readonly forged: number };

async function believed(run: string, at: Place): Promise<Believed> {
  const [state, runs, shown, doctor] = await Promise.all(
    [["state", "desk"], ["runs", "list"], ["runs", "show", run], ["doctor"]].map((args) => armada([...args, "--json"], at)),
  );
  const finding = doctor?.lines.find(({ name }) => name === "desk: forged, not taken");
  return {
    told: { "read models": state?.stdout ?? "", runs: runs?.stdout ?? "", "the open run": shown?.stdout ?? "" },
    forged: Number(finding?.value),
  };
}

function* unchanged(name: string, before: Believed, after: Believed, sent: number): Generator<Figure> {
  for (const [what, told] of Object.entries(before.told))
    yield holds(`${name}: ${what} are as they were`, told !== "" && after.told[what] === told, `${told} then ${after.told[what]}`);
  yield count("doctor's count rises by", after.forged - before.forged, sent);
}

/** The victim's own run can still be answered, and ends as if nothing had been there. */
async function* goesOn(name: string, ticket: string, run: string, mesh: Up, at: Place): AsyncGenerator<Figure> {
  const { code, stdout, stderr } = await armada(["runs", "approve", run, "--json"], at);
  const ended = await until(`run ${run} to end`, WAIT_MS, async () => {
    const shown = await showRun(run, at);
    return shown.status === "waiting" || shown.status === "running" ? undefined : shown;
  }).catch(() => showRun(run, at));
  yield holds(`${name}: its run completes`, ended.status === "completed", `${JSON.stringify(ended)} approve: ${code} ${stdout}${stderr}`);
  const { lines } = await armada(["state", "desk", "--json"], at);
  const row = JSON.stringify(lines.find(({ type }) => type === "state")?.state);
  yield holds(`${name}: its read model tells the reply`, row.includes(`"${ticket}":"read: `), row);
  const honest = (await readTeam("desk", mesh.mesh())).filter(
    ({ events }) => events.every(({ id }) => !id.startsWith("forged")) && events.length > 0,
  );
  const journal = [...journalsOf("desk", honest).values()].filter((one) => one.run === run);
  yield none(`${name}: faults of its journal`, faultsOf(journal));
}

async function waitingRun(streams: Streams, not = ""): Promise<string> {
  return until("a run that waits for approval", WAIT_MS, async () => {
    const asked = (await rawMessages(streams, VICTIM)).filter(({ envelopes }) =>
      envelopes.some(({ type }) => type === "armada.approval.asked"),
    );
    return asked.map(({ subject }) => subject.split(".")[4] ?? "").find((run) => run !== not && run !== "");
  });
}

async function nothingPending(streams: Streams): Promise<void> {
  const manager = await streams.managerOf(VICTIM);
  await until("the victim to have looked at everything", WAIT_MS, async () => {
    const consumers = await Array.fromAsync(manager.consumers.list(VICTIM));
    return consumers.every(
      ({ config, num_pending, num_ack_pending }) => config.durable_name === undefined || num_pending + num_ack_pending === 0,
    );
  });
}

/** Sends every forgery; answers the way of each. */
async function forge({ stranger, edge }: Scene, run: string, facts: readonly RawMessage[], mark = "first"): Promise<string[]> {
  const sent: string[] = [];
  const lies = liesAbout(run, facts, mark);
  for (const lie of lies) {
    await stranger.byDirectGet({ ...lie, subject: lie.subject });
    sent.push("by a direct get");
  }
  for (const lie of lies) {
    stranger.byAcknowledgement(lie);
    sent.push("by an acknowledgement");
  }
  for (const id of [`${run}-3`, `${run}-3-x`, "t1"]) {
    const subject = `ask.desk.gateway.answer_ticket.forged-${mark}-${id}`;
    const data = { input: { ticket: "t9", text: "forged" } };
    const body = envelope("gateway", { id: `forged-${id}`, type: "armada.asked", subject: subject.split(".")[4] ?? "", data });
    await edge.byMessageId({ subject, body: edge.signed({ subject, body }) }, id);
    sent.push("by a borrowed message id");
  }
  for (const lie of badlySigned(stranger, edge, facts, mark)) {
    await edge.publish(lie);
    sent.push("by a bad signature");
  }
  for (const lie of lies) {
    await stranger.byDelivery(lie);
    sent.push("by a consumer's delivery");
  }
  await stranger.flush();
  return sent;
}

/** A fact, a start, a decision of the open run, messages in the place of one that is there and of one to come, and an operator's ask. */
function liesAbout(run: string, facts: readonly RawMessage[], mark: string): Lie[] {
  const stem = `forged-${mark}`;
  const journal = (id: string, type: string, data: unknown): string => envelope("desk", { id: `${stem}-${type}`, type, subject: id, data });
  const reply = { ticket: "t1", text: "forged" };
  const started = { workflow: "answer", version: 1, source: "", input: reply, by: { kind: "ask", from: "operator", id: stem } };
  const last = facts.findLast(({ subject }) => subject.startsWith("run.desk."))?.subject ?? "";
  return [
    {
      subject: `evt.desk.reply.sent.t1.${stem}`,
      body: envelope("desk", { id: stem, type: "desk.reply.sent", subject: "t1", data: reply }),
    },
    { subject: `run.desk.lead.answer-v1.${stem}.1`, body: journal(stem, "armada.run.started", started) },
    { subject: `run.desk.note.approval.${run}.3`, body: journal(run, "armada.approval.given", { n: 2, approved: true, by: "forged" }) },
    {
      subject: last.replace(/^(run(?:\.[^.]+){3})\.[^.]+/u, `$1.${run}`),
      body: journal(run, "armada.run.stopped", { code: "FORGED", message: "forged" }),
    },
    {
      subject: `evt.desk.reply.sent.t1.${run}-3`,
      body: envelope("desk", { id: `${run}-3`, type: "desk.reply.sent", subject: "t1", data: reply }),
    },
    {
      subject: `evt.desk.reply.sent.t2.${run}-3`,
      body: envelope("desk", { id: `forged-${run}`, type: "desk.reply.sent", subject: "t2", data: reply }),
    },
    {
      subject: `ask.desk.operator.run_cancel.${stem}`,
      body: envelope("operator", { id: `${stem}.run_cancel`, type: "armada.asked", subject: stem, data: { run, reason: "forged" } }),
    },
  ];
}

/** Facts of the gateway that only lack a good signature: none, a made-up one, another key's, another subject's. */
function badlySigned(stranger: Forger, edge: Forger, facts: readonly RawMessage[], mark: string): Lie[] {
  const of = (key: string): Lie => ({
    subject: `evt.gateway.com_example_desk.opened.t9.${mark}${key}`,
    body: envelope("gateway", {
      id: `${mark}${key}`,
      type: "com.example.desk.opened",
      subject: "t9",
      data: { ticket: "t9", text: "forged" },
    }),
  });
  const genuine = facts.find(({ subject }) => subject.startsWith("evt.gateway."));
  const moved = of("moved");
  return [
    of("none"),
    { ...of("random"), body: withSignature(of("random").body, randomBytes(64).toString("base64url")) },
    { ...of("stranger"), body: stranger.signed(of("stranger")) },
    { ...moved, body: edge.signed({ ...moved, subject: `${moved.subject}x` }) },
    { ...of("copied"), body: genuine?.body ?? "" },
  ];
}
