import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { post } from "./post.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
let answer: (socket: Socket) => void;
let receiver: Server;
let requests = 0;
const sockets = new Set<Socket>();
beforeEach(async () => {
  requests = 0;
  receiver = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // who sent has gone
    socket.on("data", () => {
      requests += 1;
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  receiver.close();
});

const now = Date.parse("2026-11-30T12:00:00Z");
const sent = (path = "/T0KEN", scheme = "http") =>
  post(
    { url: `${scheme}://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`, secret },
    { id: "m1", body: "{}" },
    { signal: new AbortController().signal, now, timeout: 600 },
  );
const head = (status: string, ...lines: string[]): string => [`HTTP/1.1 ${status}`, ...lines, "", ""].join("\r\n");
const flood = (socket: Socket): void => {
  const more = (): void => {
    if (!socket.destroyed) socket.write("x".repeat(65_536), more);
  };
  more();
};

test.each<[string, (socket: Socket) => void, object]>([
  ["nothing in it", (socket) => socket.end(head("204 No Content")), { kind: "taken" }],
  ["an endless body", (socket) => socket.write(head("200 OK"), () => flood(socket)), { kind: "taken" }],
  ["a body that stops halfway", (socket) => socket.write(`${head("200 OK", "content-length: 100")}x`), { kind: "taken" }],
  ["a body that is cut off", (socket) => socket.end(`${head("200 OK", "content-length: 100")}x`), { kind: "taken" }],
  ["a body that is no gzip", (socket) => socket.end(`${head("200 OK", "content-encoding: gzip")}none`), { kind: "taken" }],
  [
    "a body that unpacks without end",
    (socket) => {
      socket.write(head("200 OK", "content-encoding: gzip"));
      socket.end(gzipSync(Buffer.alloc(1 << 24)));
    },
    { kind: "taken" },
  ],
  ["headers without end", (socket) => socket.write("HTTP/1.1 200 OK\r\n", () => flood(socket)), { kind: "failed" }],
  ["half a head", (socket) => socket.end("HTTP/1.1 200 OK\r\nconte"), { kind: "failed" }],
  [
    "no HTTP",
    (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"),
    { kind: "failed", error: expect.stringMatching(/^it cannot be reached: /) },
  ],
  ["nothing", () => undefined, { kind: "failed", error: "it did not answer within 0.6 s" }],
  ["a reset", (socket) => socket.resetAndDestroy(), { kind: "failed", error: "it cannot be reached: ECONNRESET" }],
  ["only 100", (socket) => socket.write(head("103 Early Hints").repeat(50)), { kind: "failed" }],
  ["101", (socket) => socket.end(head("101 Switching Protocols", "upgrade: x", "connection: upgrade")), { kind: "failed" }],
  ["304", (socket) => socket.end(head("304 Not Modified")), { kind: "failed", error: "it answered 304, and redirects are not followed" }],
  ["999", (socket) => socket.end(head("999 Odd", "content-length: 0")), { kind: "failed", error: "it answered 999" }],
  ["410", (socket) => socket.end(head("410 Gone", "content-length: 0")), { kind: "failed", error: "it answered 410", gone: true }],
])("a receiver that answers %s", async (_what, how, outcome) => {
  answer = how;
  const found = await sent();
  expect(found).toMatchObject(outcome);
  expect(JSON.stringify(found)).not.toMatch(/T0KEN|whsec/);
});

test("a redirect is not followed, wherever it leads", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    answer = (socket) =>
      socket.end(head(`${status} Moved`, `location: http://127.0.0.1:${(receiver.address() as AddressInfo).port}/other`));
    expect(await sent()).toMatchObject({ kind: "failed", error: `it answered ${status}, and redirects are not followed` });
  }
  expect(requests).toBe(5);
});

test("one that does not answer for TLS is waited for no longer", async () => {
  answer = () => undefined;
  expect(await sent("/", "https")).toMatchObject({ kind: "failed", error: "it did not answer within 0.6 s" });
});

test.each<[string, number | undefined]>([
  ["0", 0],
  ["120", 120_000],
  ["99999999999999999999", 1e12],
  ["Mon, 30 Nov 2026 12:01:00 GMT", 60_000],
  ["Mon, 30 Nov 2020 12:01:00 GMT", 0],
  ["soon", undefined],
  ["", undefined],
  ["1e3", undefined],
  ["-5", undefined],
  ["2.5", undefined],
  ["5, 10", undefined],
])("retry-after %j is %s ms", async (header, wait) => {
  answer = (socket) => socket.end(head("503 Busy", `retry-after: ${header}`, "content-length: 0"));
  expect(await sent()).toEqual({ kind: "failed", error: "it answered 503", ...(wait === undefined ? {} : { wait, all: true }) });
});

test("what cannot be sent to at all says why", async () => {
  const to = (url: string) => post({ url, secret }, { id: "m1", body: "{}" }, { signal: new AbortController().signal, now, timeout: 600 });
  expect(await to("http://127.0.0.1:6000/T0KEN")).toEqual({ kind: "failed", error: "it cannot be reached: bad port" });
  expect(await to("https://nowhere.invalid/T0KEN")).toMatchObject({ kind: "failed", error: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
});
