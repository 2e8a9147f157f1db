import { type AnyEventKind, ArmadaError, decodeBody, external, shortHash } from "@armada/contracts";
import { CALM, type Log, MemoryMesh, type StreamRoom } from "@armada/event-sourcing";
import { noTracer, systemClock, systemRandom } from "@armada/runtime";
import { expect, test } from "vitest";
import { z } from "zod";
import { manifestWith } from "../testing/memory-gateway.ts";
import type { OutsideEvent } from "./cloud-event.ts";
import { type BrokenContract, declaredIn } from "./declared-types.ts";
import { Inbox } from "./inbox.ts";

const Opened = external("com.example.ticket.opened", { id: (d) => d.ticket, data: z.object({ ticket: z.string() }) });
const Noted = external("com.example.note.made", { data: z.object({}) });
const declared = declaredIn([
  manifestWith(
    "support",
    [Opened, Noted].map((kind) => kind as unknown as AnyEventKind),
  ),
]);

function given(about: Partial<OutsideEvent> = {}): OutsideEvent {
  return {
    id: "7",
    source: "/desk",
    type: Opened.type,
    subject: undefined,
    others: {},
    data: { ticket: "t1" },
    field: (name) => name,
    ...about,
  };
}

const roomy = { stream: "TEAM_gateway", bytes: 10, limit: 100 };

function setUp(
  change: (log: Log) => Partial<Pick<Log, "append" | "last">> = () => ({}),
  acceptUndeclared = false,
  room: StreamRoom = roomy,
  broken: readonly BrokenContract[] = [],
): { inbox: Inbox; subjects: () => string[]; bodies: () => string[] } {
  const mesh = new MemoryMesh(systemClock, systemRandom, CALM);
  mesh.provision("gateway", []);
  const { log, objects } = mesh.connect("gateway");
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (ms: number): Promise<void> => {
      now += ms;
    },
  };
  const inbox = new Inbox(
    {
      log: { append: log.append, last: log.last, ...change(log) },
      objects,
      tracer: noTracer,
      clock,
      random: systemRandom,
      room: async () => room,
    },
    () => ({ ...declared, broken }),
    { acceptUndeclared },
  );
  const { messages } = mesh.stream("gateway");
  return { inbox, subjects: () => messages.map(({ subject }) => subject), bodies: () => messages.map(({ body }) => body) };
}

const key = shortHash("/desk", "7");

test("an event is one fact, under the declared id of its data", async () => {
  const { inbox, subjects } = setUp();
  expect(await inbox.accept([given()], undefined)).toEqual([{ event: key, seq: 1, already: false }]);
  expect(subjects()).toEqual([`evt.gateway.com_example_ticket.opened.t1.${key}`]);
});

test("what a team declares that does not agree with others is to be sent again; other types are taken", async () => {
  const error = new ArmadaError("EXTERNAL_DISAGREES", "they do not agree");
  const { inbox, subjects } = setUp(undefined, true, roomy, [{ team: "sales", error, types: ["com.example.sale.made"] }]);
  expect(await inbox.accept([given()], undefined)).toHaveLength(1);
  await expect(inbox.accept([given({ type: "com.example.sale.made" })], undefined)).rejects.toMatchObject({
    kind: "contract-broken",
    status: 503,
    message: "what team sales declares does not agree with what others do, this type among it",
    more: { field: "type", retryAfter: 60 },
  });
  expect(subjects()).toHaveLength(1);
});

test("the same source and id is the same event, whatever else it says; at once, too", async () => {
  const { inbox, subjects } = setUp();
  const again = given({ type: Noted.type, data: {} });
  const all = await Promise.all([given(), again, given()].map((one) => inbox.accept([one], undefined)));
  expect(all.flat().map(({ event, seq }) => `${event} ${seq}`)).toEqual(Array.from({ length: 3 }, () => `${key} 1`));
  expect(all.flat().filter(({ already }) => !already)).toHaveLength(1);
  expect(subjects()).toHaveLength(1);
});

test("the same id of another source is another event with another id", async () => {
  const { inbox, subjects } = setUp();
  const [one, two] = await inbox.accept([given(), given({ source: "/other" })], undefined);
  expect(one?.event).not.toBe(two?.event);
  expect(subjects()).toHaveLength(2);
});

test("the id token is the data's id, else the subject, else the key; an illegal one is hashed", async () => {
  const { inbox, subjects } = setUp();
  await inbox.accept(
    [
      given({ type: Noted.type, data: {}, subject: "s1" }),
      given({ id: "8", type: Noted.type, data: {} }),
      given({ id: "9", data: { ticket: "a.b > *" } }),
    ],
    undefined,
  );
  expect(subjects().map((subject) => subject.split(".")[4])).toEqual(["s1", shortHash("/desk", "8"), shortHash("a.b > *")]);
});

test("what the sender says under the mesh's names is kept beside them", async () => {
  const { inbox, bodies } = setUp();
  await inbox.accept(
    [
      given({
        others: {
          team: "content",
          originteam: "x",
          hops: 30,
          sig: "x",
          arrived: "never",
          time: "2020-01-01T00:00:00+05:30",
          partitionkey: "p",
        },
      }),
    ],
    undefined,
  );
  expect(JSON.parse(bodies()[0] ?? "")).toMatchObject({
    id: "7",
    source: "/desk",
    correlationid: key,
    team: "gateway",
    originteam: "content",
    originoriginteam: "x",
    hops: 0,
    originhops: 30,
    originsig: "x",
    time: "2020-01-01T00:00:00+05:30",
    arrived: "1970-01-01T00:00:00.000Z",
    originarrived: "never",
    partitionkey: "p",
  });
});

test("a batch with one that does not fit stores none, and names the place", async () => {
  const { inbox, subjects } = setUp();
  const bad = given({ id: "8", data: { ticket: 1 }, field: (name) => `1.${name}` });
  await expect(inbox.accept([given(), bad], undefined)).rejects.toMatchObject({ status: 422, more: { field: "1.data.ticket" } });
  expect(subjects()).toEqual([]);
});

test("such a stream answers an event that it has as before, and takes no others with it", async () => {
  const room = { ...roomy };
  const { inbox, subjects } = setUp(undefined, false, room);
  expect(await inbox.accept([given()], undefined)).toEqual([{ event: key, seq: 1, already: false }]);
  room.bytes = 80;
  expect(await inbox.accept([given()], undefined)).toEqual([{ event: key, seq: 1, already: true }]);
  await expect(inbox.accept([given(), given({ id: "another" })], undefined)).rejects.toMatchObject({ kind: "busy" });
  expect(subjects()).toHaveLength(1);
});

test("an unknown type is refused with the nearest known, or stored as undeclared where that is accepted", async () => {
  const unknown = given({ type: "com.example.ticket.open", subject: "s" });
  await expect(setUp().inbox.accept([unknown], undefined)).rejects.toMatchObject({
    status: 422,
    more: { field: "type", extra: { known: [Opened.type, Noted.type] } },
  });
  const { inbox, subjects } = setUp(undefined, true);
  await inbox.accept([unknown], undefined);
  expect(subjects()).toEqual([`evt.gateway.undeclared.event.s.${key}`]);
});

test("data over 64 KiB stands as a reference to the gateway's objects", async () => {
  const { inbox, bodies } = setUp();
  await inbox.accept([given({ data: { ticket: "t", text: "é".repeat(40_000) } })], undefined);
  expect(JSON.parse(bodies()[0] ?? "").data).toEqual({ $object: expect.stringMatching(/^[\w-]{43}$/), size: 80_024, team: "gateway" });
});

test("a log that does not acknowledge is 503 with Retry-After, a full one too", async () => {
  for (const [kind, more] of [
    ["unavailable", { reason: "gone" }],
    ["full", {}],
  ] as const) {
    const { inbox } = setUp(() => ({ append: async () => ({ kind, ...more }) as Awaited<ReturnType<Log["append"]>> }));
    await expect(inbox.accept([given()], undefined)).rejects.toMatchObject({ status: 503, more: { retryAfter: expect.any(Number) } });
  }
});

test("a stream with a fifth of its room left takes no events, and says which, how many bytes and what to do", async () => {
  const { inbox, subjects } = setUp(undefined, false, { ...roomy, bytes: 80 });
  await expect(inbox.accept([given()], undefined)).rejects.toMatchObject({
    kind: "busy",
    status: 503,
    message: expect.stringMatching(/TEAM_gateway holds 80 bytes of the 100 bytes.*armada remove team/),
    more: { retryAfter: 30 },
  });
  expect(subjects()).toEqual([]);
});

test("a rival whose write is under way is waited for (error 10164 names no sequence)", async () => {
  let rivals = 3;
  const { inbox } = setUp((log) => ({ append: async (...given) => (rivals-- > 0 ? { kind: "conflict" } : log.append(...given)) }));
  expect(await inbox.accept([given()], undefined)).toEqual([{ event: key, seq: 1, already: false }]);
});

test("a rival that ends neither is told of, and nothing is acknowledged", async () => {
  const { inbox, subjects } = setUp(() => ({ append: async () => ({ kind: "conflict" }) }));
  await expect(inbox.accept([given()], undefined)).rejects.toMatchObject({ kind: "log-unavailable" });
  expect(subjects()).toEqual([]);
});

test("what an earlier build stored under its own id is the same event still", async () => {
  let stored = "";
  const { inbox } = setUp((log) => ({
    append: async (subject, body, expect) => {
      const { id, arrived, ...rest } = JSON.parse(body);
      stored = JSON.stringify({ ...rest, id: key, originid: id, time: arrived });
      return stored === "" ? { kind: "full" } : log.append(subject, stored, expect);
    },
  }));
  await inbox.accept([given()], undefined);
  expect(await inbox.accept([given()], undefined)).toEqual([{ event: key, seq: 1, already: true }]);
});

test("an event without data, and one of bytes, are taken by readers as they came", async () => {
  const { inbox, bodies } = setUp(undefined, true);
  const { data: _, ...bare } = given({ type: "org.other.thing.happened" });
  const big = Buffer.alloc(60_000, 0xff).toString("base64");
  await inbox.accept([bare, { ...bare, id: "8", data_base64: "/w==" }, { ...bare, id: "9", data_base64: big }], undefined);
  const [none, bytes, large] = bodies().map((body) => decodeBody(body)?.[0]);
  expect(none).toBeDefined();
  expect(none).not.toHaveProperty("data");
  expect(bytes).toMatchObject({ data_base64: "/w==" });
  expect(large?.data).toEqual({ $object: expect.any(String), size: big.length + 2, team: "gateway", base64: true });
});
