import { encodeBody } from "@armada/contracts";
import type { Logger, Message } from "@armada/event-sourcing";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NatsPorts } from "../adapter.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";

const work = { name: "all", filters: ["evt.beta.>", "run.beta.>", "ask.beta.>", "evt.alpha.>"], concurrency: 4 };
const noted: string[] = [];
const noting: Logger = { info: () => undefined, warn: (line) => void noted.push(line) };

let mesh: TestMesh;
let forger: NatsPorts;
let victim: NatsPorts;

beforeAll(async () => {
  mesh = await startTestMesh([
    { team: "alpha", queues: [{ name: "own", filters: ["run.alpha.>"], concurrency: 1 }], sources: new Map() },
    { team: "beta", queues: [work], sources: new Map([["alpha", ["evt.alpha.shown.done.>"]]]) },
  ]);
  forger = await mesh.connect("alpha");
  victim = await mesh.connect("beta", noting);
});
afterAll(async () => mesh[Symbol.asyncDispose]());

/** An envelope that says it is beta's. */
function body(about: string, over: Record<string, unknown> = {}): string {
  return encodeBody([
    {
      specversion: "1.0",
      id: `forged ${about}`,
      source: "/teams/beta",
      type: "beta.order.paid",
      subject: about,
      time: "2026-01-01T00:00:00Z",
      data: {},
      team: "beta",
      correlationid: "c",
      causationid: "c",
      schemaversion: 1,
      hops: 0,
      ...over,
    },
  ]);
}

/** Stored as they are by the server; the client (3.4.0) throws over the name. */
function unreadable(): MsgHdrs {
  return Object.assign(headers(), { encode: () => Buffer.from("NATS/1.0\r\nBad Name: x\r\n\r\n") });
}

/** What beta's stream holds, whoever may read it. */
async function stored(subject: string): Promise<{ subject: string; headers: string; body: string } | undefined> {
  const answer = await victim.link.mux.request("$JS.API.STREAM.MSG.GET.TEAM_beta", JSON.stringify({ last_by_subj: subject }), {
    timeout: 5_000,
  });
  if ("failed" in answer) throw new Error(answer.failed);
  const { message } = answer.json<{ message?: { subject: string; hdrs?: string; data?: string } }>();
  const text = (base64 = ""): string => Buffer.from(base64, "base64").toString();
  return message && { subject: message.subject, headers: text(message.hdrs), body: text(message.data) };
}

/** The forgeries, each by what a plain client of alpha's identity can do; answers the subject under which it is stored. */
const forgeries: Record<string, () => Promise<string>> = {
  "a direct get of an own message, answered onto another's subject": async () => {
    await forger.log.append("run.alpha.note.bait.bait.1", body("victim"));
    const query = JSON.stringify({ last_by_subj: "run.alpha.note.bait.bait.1" });
    forger.link.connection.publish("$JS.API.DIRECT.GET.TEAM_alpha", query, { reply: "evt.beta.order.paid.victim.1" });
    return "evt.beta.order.paid.victim.1";
  },
  "the server's acknowledgement, sent onto another's subject": async () => {
    forger.link.connection.publish("run.alpha.note.bait.bait.2", body("victim"), { reply: "run.beta.note.ack.victim.1" });
    return "run.beta.note.ack.victim.1";
  },
  "a pull of an own message, delivered into another's stream": async () => {
    await forger.log.append("run.alpha.note.bait.pulled.1", body("pulled", { team: "alpha" }));
    const config = { name: "puller", ack_policy: "none", deliver_policy: "all", filter_subject: "run.alpha.note.bait.pulled.*" };
    const create = JSON.stringify({ stream_name: "TEAM_alpha", config, action: "create" });
    await forger.link.mux.request("$JS.API.CONSUMER.CREATE.TEAM_alpha.puller", create, { timeout: 5_000 });
    forger.link.connection.publish("$JS.API.CONSUMER.MSG.NEXT.TEAM_alpha.puller", JSON.stringify({ batch: 1 }), {
      reply: "run.beta.note.x.pulled.1",
    });
    return "run.alpha.note.bait.pulled.1";
  },
  "an ask that nobody signed": async () => {
    forger.link.connection.publish("ask.beta.alpha.help.run-1", body("run-1", { team: "alpha" }));
    return "ask.beta.alpha.help.run-1";
  },
  "an ask with another message's signature": async () => {
    const sig = forger.link.identity.seed.padEnd(86, "A").slice(0, 86);
    forger.link.connection.publish("ask.beta.alpha.help.run-2", `${body("run-2", { team: "alpha" }).slice(0, -1)},"sig":"${sig}"}`);
    return "ask.beta.alpha.help.run-2";
  },
  "a message whose headers the client library refuses to parse": async () => {
    forger.link.connection.publish("ask.beta.alpha.help.run-4", body("run-4", { team: "alpha" }), { headers: unreadable() });
    return "ask.beta.alpha.help.run-4";
  },
  "the same, got from an own stream onto another's subject": async () => {
    const own = "run.alpha.note.bait.bait.3";
    forger.link.connection.publish(own, body("victim"), { headers: unreadable() });
    await forger.link.connection.flush();
    forger.link.connection.publish("$JS.API.DIRECT.GET.TEAM_alpha", JSON.stringify({ last_by_subj: own }), {
      reply: "evt.beta.order.paid.victim.3",
    });
    return "evt.beta.order.paid.victim.3";
  },
  "the server's word that there is nothing, sent onto another's subject": async () => {
    const query = JSON.stringify({ last_by_subj: "run.alpha.note.none.none.1" });
    forger.link.connection.publish("$JS.API.DIRECT.GET.TEAM_alpha", query, { reply: "evt.beta.order.paid.victim.4" });
    return "evt.beta.order.paid.victim.4";
  },
  "a fact without its signature, brought by a source": async () => {
    forger.link.connection.publish("evt.alpha.shown.done.a.1", body("a", { team: "alpha" }));
    return "evt.alpha.shown.done.a.1";
  },
  "an own fact in another's name": async () => {
    forger.link.connection.publish("evt.alpha.shown.done.a.2", body("a"));
    return "evt.alpha.shown.done.a.2";
  },
};

test("each forgery is stored, handed to nobody, and counted once", async () => {
  const followed: Message[] = [];
  const worked: Message[] = [];
  const end = new AbortController();
  void victim.log.follow([">"], 0, (message) => void followed.push(message), end.signal);
  const scanned: Message[] = [];
  const working = victim.log.work(
    work,
    async (delivery) => {
      worked.push(delivery);
      return { kind: "done" };
    },
    end.signal,
  );
  for (const [name, forge] of Object.entries(forgeries)) {
    const subject = await forge();
    await expect.poll(() => stored(subject), { timeout: 5_000, message: `${name} is stored` }).toBeDefined();
    const loaded = await victim.log.load(subject, await victim.log.head());
    expect(loaded, name).toMatchObject({ kind: "loaded", messages: [] });
    expect(await victim.log.last(subject), name).toBeUndefined();
  }
  const good = await victim.log.append("evt.beta.order.paid.victim.2", body("victim", { id: "true" }));
  await expect
    .poll(() => [followed.at(-1)?.seq, worked.at(-1)?.seq])
    .toEqual([good, good].map((one) => (one.kind === "appended" ? one.seq : 0)));
  await victim.log.scan([">"], 0, (message) => scanned.push(message));
  expect(scanned.map((message) => message.envelopes[0]?.id)).toEqual(["true"]);
  expect(followed.map((message) => message.envelopes[0]?.id)).toEqual(["true"]);
  expect(worked.map((message) => message.envelopes[0]?.id)).toEqual(["true"]);
  expect(noted.filter((line) => line.includes("is not taken"))).toHaveLength(Object.keys(forgeries).length);
  end.abort();
  await working;
});

test("the server's headers betray a direct get that agrees in all else", async () => {
  const forged = await stored("evt.beta.order.paid.victim.1");
  expect(forged?.headers).toMatch(/Nats-Sequence/);
  expect(noted.join("\n")).toMatch(/carries the server's header Nats-Stream/);
});

test("a borrowed message id takes nothing from the victim's appends", async () => {
  const h = headers();
  h.set("Nats-Msg-Id", "evt.beta.order.paid.borrowed.1");
  forger.link.connection.publish("ask.beta.alpha.help.run-3", body("run-3", { team: "alpha" }), { headers: h });
  await forger.link.connection.flush();
  const appended = await victim.log.append("evt.beta.order.paid.borrowed.1", body("borrowed", { id: "evt.beta.order.paid.borrowed.1" }));
  expect(appended.kind).toBe("appended");
  expect((await stored("evt.beta.order.paid.borrowed.1"))?.headers).not.toMatch(/Nats-Msg-Id/);
});

test("a forged message hides none of the same subject and holds no place", async () => {
  const filter = "run.beta.*.*.held.*";
  const append = (subject: string, id: string, on: string, last: number) =>
    victim.log.append(subject, body("held", { id }), { filter: on, last });
  const ids = async (): Promise<unknown> => {
    const loaded = await victim.log.load(filter, await victim.log.head());
    return loaded.kind === "loaded" ? loaded.messages.map((message) => message.envelopes[0]?.id) : loaded;
  };
  expect(await append("run.beta.note.x.held.1", "first", filter, 0)).toMatchObject({ kind: "appended" });
  const first = await victim.log.head();
  await forger.log.append("run.alpha.note.bait.held.1", body("held"));
  for (const place of ["run.beta.note.x.held.1", "run.beta.note.x.held.1", "run.beta.note.y.held.2"]) {
    const query = JSON.stringify({ last_by_subj: "run.alpha.note.bait.held.1" });
    forger.link.connection.publish("$JS.API.DIRECT.GET.TEAM_alpha", query, { reply: place });
  }
  await expect.poll(() => victim.log.head()).toBe(first + 3);
  expect(await ids()).toEqual(["first"]);
  expect((await victim.log.last("run.beta.note.x.held.1", first))?.seq).toBe(first);
  expect(await append("run.beta.note.x.held.3", "late", filter, 0)).toMatchObject({ kind: "conflict" });
  expect(await append("run.beta.end.x.held.2", "second", filter, first)).toMatchObject({ kind: "appended" });
  expect(await append("run.beta.note.y.held.2", "once", "run.beta.note.y.held.2", 0)).toMatchObject({ kind: "appended" });
  expect(await append("run.beta.note.y.held.2", "twice", "run.beta.note.y.held.2", 0)).toMatchObject({ kind: "conflict" });
  expect(await ids()).toEqual(["first", "second", "once"]);
});

test("a timer cannot make the server publish on another's subject, nor on an own one that is no tick", async () => {
  for (const target of ["evt.beta.order.paid.victim.9", "run.beta.note.x.victim.9", "evt.alpha.shown.done.a.9"]) {
    const h = headers();
    h.set("Nats-Schedule", `@at ${new Date(Date.now() + 50).toISOString()}`);
    h.set("Nats-Schedule-Target", target);
    const answer = await forger.link.mux.request(`at.alpha.${target.split(".")[1]}${target.split(".")[0]}.1`, body("x"), {
      headers: h,
      timeout: 5_000,
    });
    if ("failed" in answer) throw new Error(answer.failed);
    expect(answer.json<{ error?: object }>().error, target).toBeDefined();
  }
});

test("what the server was made to write into a register is read as nothing, and can be overwritten", async () => {
  const put = await forger.registers.put("bait", "forged");
  expect(put).toBeDefined();
  const query = JSON.stringify({ last_by_subj: "reg.alpha.bait" });
  forger.link.connection.publish("$JS.API.DIRECT.GET.REG_alpha", query, { reply: "reg.beta.victim" });
  await expect.poll(() => victim.registers.get("victim")).toBeDefined();
  const there = await victim.registers.get("victim");
  expect(there).toEqual({ value: "", revision: 1 });
  forger.link.connection.publish("reg.alpha.bait", "forged", { headers: unreadable() });
  forger.link.connection.publish("$JS.API.DIRECT.GET.REG_alpha", query, { reply: "reg.beta.other" });
  await expect.poll(() => victim.registers.get("other")).toEqual({ value: "", revision: 2 });
  const watched: string[] = [];
  const end = new AbortController();
  const watching = victim.registers.watch("victim", (value) => void watched.push(value), end.signal);
  await expect.poll(() => watched).toEqual([""]);
  expect(await victim.registers.put("victim", "own", there?.revision)).toBe(3);
  expect(await victim.registers.get("victim")).toEqual({ value: "own", revision: 3 });
  await expect.poll(() => watched).toEqual(["", "own"]);
  end.abort();
  await watching;
});
