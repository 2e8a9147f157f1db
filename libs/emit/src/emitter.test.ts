import { describe, expect, test } from "vitest";
import { BatchError, EmitError } from "./errors.ts";
import { problem, Scripted, stored } from "./testing/scripted.ts";

const TYPE = "com.example.order.paid";

/** The error of what fails; undefined of what does not, or of what is not settled yet. */
function errorOf(promise: Promise<unknown>): { error: EmitError | undefined; settled: boolean } {
  const seen: { error: EmitError | undefined; settled: boolean } = { error: undefined, settled: false };
  promise.then(
    () => Object.assign(seen, { settled: true }),
    (error: unknown) => Object.assign(seen, { settled: true, error }),
  );
  return seen;
}

describe("what is sent", () => {
  test("a CloudEvent with the key; its promise tells where it is", async () => {
    const at = new Scripted();
    const one = at.emitter.emit(TYPE, { order: "17" }, { subject: "17", attributes: { partitionkey: "a" } });
    await at.pass(1);
    expect(await one).toEqual({ id: "id-1", event: "e-id-1", seq: 0 });
    const [got] = at.got;
    expect([got?.url, got?.headers.get("authorization")]).toEqual(["http://gateway.test/v1/events", "Bearer secret-key"]);
    expect(JSON.parse(got?.body ?? "")).toEqual([
      {
        specversion: "1.0",
        id: "id-1",
        source: "/shop",
        type: TYPE,
        subject: "17",
        time: "2026-03-01T00:00:00.000Z",
        partitionkey: "a",
        data: { order: "17" },
      },
    ]);
  });

  test("what is given while a request is under way goes together with the next, in order, 100 and 1 MB at most", async () => {
    const at = new Scripted();
    const first = at.emitter.emit(TYPE);
    await Promise.resolve();
    const many = Array.from({ length: 250 }, (_, i) => at.emitter.emit(TYPE, i));
    const large = Array.from({ length: 3 }, () => at.emitter.emit(TYPE, "x".repeat(400_000)));
    await at.pass(1);
    await Promise.all([first, ...many, ...large]);
    expect(at.got.map(({ ids }) => ids.length)).toEqual([1, 100, 100, 52, 1]);
    expect(at.got.flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 254 }, (_, i) => `id-${i + 1}`));
    expect(Math.max(...at.got.map(({ body }) => body.length))).toBeLessThan(1_048_576);
  });

  test("one that signs sends each alone, to the address of its name", async () => {
    const at = new Scripted({ signAs: "orders", key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
    at.reply = ({ ids }) => Response.json({ event: `e-${ids[0]}`, seq: 7 }, { status: 202 });
    const both = Promise.all([at.emitter.emit(TYPE, 1), at.emitter.emit(TYPE, 2)]);
    await at.pass(1);
    expect((await both).map(({ seq }) => seq)).toEqual([7, 7]);
    expect(at.requests()).toEqual(["id-1", "id-2"]);
    const { url, headers } = at.got[0] ?? {};
    expect([url, headers?.get("authorization"), headers?.get("webhook-id")]).toEqual([
      "http://gateway.test/v1/webhooks/orders",
      null,
      "id-1",
    ]);
  });
});

describe("trying again", () => {
  test("as the same event, at growing times, whatever keeps the answer away", async () => {
    const at = new Scripted();
    const replies = [
      () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } })),
      () => problem(503, "log-unavailable"),
      () => new Response("<html>Welcome to the hotel</html>", { status: 200 }),
      () => Response.json({ events: [] }, { status: 202 }),
      () => new Response("bad gateway", { status: 502 }),
      () => problem(408, "request-timeout"),
    ];
    at.reply = (got) => (replies.shift() ?? (() => stored(got)))();
    const one = at.emitter.emit(TYPE, 1);
    await at.pass(30_000);
    expect((await one).event).toBe("e-id-1");
    expect(new Set(at.got.map(({ body }) => body)).size).toBe(1);
    expect(at.got.map((got) => got.at)).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300]);
  });

  test("not before Retry-After, in seconds or as a date", async () => {
    const at = new Scripted();
    const replies = [
      () => problem(429, "too-many-requests", {}, { "retry-after": "7" }),
      () => problem(503, "busy", {}, { "retry-after": "Sun, 01 Mar 2026 00:00:20 GMT" }),
    ];
    at.reply = (got) => (replies.shift() ?? (() => stored(got)))();
    const one = at.emitter.emit(TYPE);
    await at.pass(30_000);
    await one;
    expect(at.got.map((got) => got.at)).toEqual([0, 7_100, 20_200]);
  });

  test("where it asks for longer than the deadline, it is said at once", async () => {
    const at = new Scripted();
    at.reply = () => problem(503, "busy", {}, { "retry-after": "90" });
    const one = errorOf(at.emitter.emit(TYPE));
    await at.pass(10);
    expect(one.error).toMatchObject({ code: "busy", status: 503, retryAfter: 90, retryable: true, id: "id-1" });
  });

  test("until the deadline, which holds also while a request hangs, and says why", async () => {
    const at = new Scripted({ deadlineMs: 5_000 });
    at.reply = () => problem(503, "log-unavailable");
    const one = errorOf(at.emitter.emit(TYPE));
    await at.pass(4_999);
    expect(one.settled).toBe(false);
    await at.pass(1);
    expect(one.error).toMatchObject({
      code: "log-unavailable",
      retryable: true,
      message: expect.stringContaining("not stored within 5000 ms"),
    });
    at.reply = () => new Promise(() => undefined);
    const other = errorOf(at.emitter.emit(TYPE));
    await at.pass(5_000);
    expect(other.error).toMatchObject({ code: "deadline", retryable: true });
    const sent = at.got.length;
    await at.pass(60_000);
    expect(at.got.length).toBe(sent);
  });

  test("a request that hangs is given up and made again", async () => {
    const at = new Scripted();
    at.reply = (got) => (at.got.length === 1 ? new Promise(() => undefined) : stored(got));
    const one = at.emitter.emit(TYPE);
    await at.pass(10_100);
    expect((await one).seq).toBe(0);
    expect(at.requests()).toEqual(["id-1", "id-1"]);
  });

  test("a type that cannot be taken now waits by itself; others pass", async () => {
    const at = new Scripted();
    let mended = false;
    at.reply = (got) => {
      const types = (JSON.parse(got.body) as { type: string }[]).map(({ type }) => type);
      const place = mended ? -1 : types.indexOf("com.example.broken");
      return place < 0 ? stored(got) : problem(503, "contract-broken", { field: `${place}.type` }, { "retry-after": "1" });
    };
    const all = ["a", "com.example.broken", "b", "com.example.broken", "c"].map((type) => errorOf(at.emitter.emit(type)));
    await at.pass(500);
    expect(all.map(({ settled }) => settled)).toEqual([true, false, true, false, true]);
    expect(at.requests()).toEqual(["id-1,id-2,id-3,id-4,id-5", "id-1,id-3,id-5"]);
    mended = true;
    await at.pass(2_000);
    expect(all.map(({ settled, error }) => [settled, error])).toEqual(Array(5).fill([true, undefined]));
    expect(at.requests().at(-1)).toBe("id-2,id-4");
  });
});

describe("what is refused", () => {
  test("is not sent again, and its error says what, where and what to do, without the key", async () => {
    const at = new Scripted();
    at.reply = () => problem(422, "data-invalid", { field: "0.data.order", detail: "Required; you said secret-key" });
    const one = errorOf(at.emitter.emit(TYPE));
    await at.pass(60_000);
    expect(at.got.length).toBe(1);
    expect(one.error).toBeInstanceOf(EmitError);
    expect(one.error).toMatchObject({ code: "data-invalid", status: 422, field: "data.order", retryable: false, id: "id-1" });
    expect(one.error?.hint).toContain("field");
    expect(`${one.error?.message} ${one.error?.stack} ${JSON.stringify(one.error)}`).not.toContain("secret-key");
  });

  test("of a request is taken out, all of a type that is wrong at once; the others are stored", async () => {
    const at = new Scripted();
    at.reply = (got) => {
      const events = JSON.parse(got.body) as { type: string; data: unknown }[];
      const wrongType = events.findIndex(({ type }) => type === "com.example.unknown");
      if (wrongType >= 0) return problem(422, "type-unknown", { field: `${wrongType}.type` });
      const wrongData = events.findIndex(({ data }) => data === "bad");
      return wrongData < 0 ? stored(got) : problem(422, "data-invalid", { field: `${wrongData}.data` });
    };
    const batch = errorOf(
      at.emitter.emitBatch(
        ["com.example.unknown", TYPE, "com.example.unknown", TYPE, TYPE].map((type, i) => ({ type, data: i === 3 ? "bad" : i })),
      ),
    );
    await at.pass(1);
    expect(at.requests()).toEqual(["id-1,id-2,id-3,id-4,id-5", "id-2,id-4,id-5", "id-2,id-5"]);
    expect(batch.error).toBeInstanceOf(BatchError);
    const { failed, code } = batch.error as BatchError;
    expect([code, failed.map(({ index, error }) => [index, error.code, error.id])]).toEqual([
      "type-unknown",
      [
        [0, "type-unknown", "id-1"],
        [2, "type-unknown", "id-3"],
        [3, "data-invalid", "id-4"],
      ],
    ]);
  });

  test("where nobody says which, it is found by halves", async () => {
    const at = new Scripted();
    at.reply = (got) => (got.body.includes("DROP TABLE") ? new Response("blocked", { status: 403 }) : stored(got));
    const all = Array.from({ length: 8 }, (_, i) => errorOf(at.emitter.emit(TYPE, i === 5 ? "DROP TABLE" : i)));
    await at.pass(1);
    expect(all.flatMap(({ error }, i) => (error === undefined ? [] : [[i, error.code, error.status]]))).toEqual([[5, "refused", 403]]);
    expect(all.every(({ settled }) => settled)).toBe(true);
  });

  test.each([401, 404, 302])("for the sender's sake (%i), all of it is, in one request", async (status) => {
    const at = new Scripted();
    at.reply = () => new Response("", { status });
    const all = [errorOf(at.emitter.emit(TYPE)), errorOf(at.emitter.emit(TYPE))];
    await at.pass(1);
    expect(all.map(({ error }) => error?.status)).toEqual([status, status]);
    expect(at.got.length).toBe(1);
  });

  test("before it is sent: no type, no source, data that JSON would change, a text that is no time", async () => {
    const at = new Scripted();
    const codes = [
      at.emitter.emit(""),
      at.emitter.emit(TYPE, 1, { source: "" }),
      at.emitter.emit(TYPE, { price: Number.NaN }),
      at.emitter.emit(TYPE, { n: 10n }),
      at.emitter.emit(TYPE, new Map()),
      at.emitter.emit(TYPE, new Uint8Array(2)),
      at.emitter.emit(TYPE, [undefined]),
      at.emitter.emit(TYPE, 1, { time: new Date(Number.NaN) }),
    ].map(errorOf);
    await at.pass(1);
    expect(codes.map(({ error }) => [error?.code, error?.field])).toEqual([
      ["event-invalid", "type"],
      ["event-invalid", "source"],
      ...Array(5).fill(["data-invalid", "data"]),
      ["event-invalid", "time"],
    ]);
    expect(at.got).toEqual([]);
  });
});

describe("its end, and its room", () => {
  test("close waits for all that was given, and takes nothing more; flush only waits", async () => {
    const at = new Scripted();
    at.reply = (got) => (at.got.length === 1 ? problem(503, "log-unavailable") : stored(got));
    const one = errorOf(at.emitter.emit(TYPE));
    const flushed = errorOf(at.emitter.flush());
    await at.pass(10);
    expect([one.settled, flushed.settled]).toEqual([false, false]);
    const closed = errorOf(at.emitter.close());
    const after = errorOf(at.emitter.emit(TYPE));
    await at.pass(1_000);
    expect([one, flushed, closed]).toEqual(Array(3).fill({ settled: true, error: undefined }));
    expect(after.error?.code).toBe("closed");
  });

  test("beyond the room for what waits it is refused at once, and taken again when there is room", async () => {
    const at = new Scripted({ maxBufferedBytes: 1_000 });
    at.reply = (got) => (at.got.length === 1 ? problem(503, "log-unavailable") : stored(got));
    const fits = errorOf(at.emitter.emit(TYPE, "x".repeat(2_000)));
    const over = errorOf(at.emitter.emit(TYPE, "y"));
    await at.pass(1_000);
    expect([fits.error, over.error?.code, over.error?.retryable]).toEqual([undefined, "buffer-full", true]);
    const batch = errorOf(at.emitter.emitBatch(Array.from({ length: 20 }, () => ({ type: TYPE, data: "x".repeat(100) }))));
    await at.pass(1);
    expect(batch).toEqual({ settled: true, error: undefined });
    const again = errorOf(at.emitter.emit(TYPE, "y"));
    await at.pass(1);
    expect(again).toEqual({ settled: true, error: undefined });
  });
});
