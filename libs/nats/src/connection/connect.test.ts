import { createServer, type Server, type Socket } from "node:net";
import { createUser } from "@nats-io/nkeys";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAck } from "../log/pull.ts";
import { link } from "./connect.ts";

const pair = createUser();
const identity = { name: "alpha", seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
const warned: string[] = [];
const logger = { info: () => undefined, warn: (line: string) => void warned.push(line) };

let version = "";
/** What the server does to who connects: takes them, or says this and hangs up. */
let refusals: string[] = [];
const open = new Set<Socket>();
let server: Server;
let url = "";

beforeAll(async () => {
  // As much of a nats-server as a client needs to call itself connected.
  server = createServer((socket) => {
    const info = { server_id: "FAKE", server_name: "fake", version, proto: 1, headers: true, max_payload: 1_048_576, nonce: "nonce" };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    const refusal = refusals.shift();
    if (refusal !== undefined) socket.end(`-ERR '${refusal}'\r\n`);
    socket.on("data", (chunk) => {
      if (refusal === undefined && chunk.includes("PING")) socket.write("PONG\r\n");
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `nats://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});
afterAll(() => void server.close());

test("who waits for a server that is not there stops waiting when told", async () => {
  const over = new AbortController();
  const linked = link({ servers: "nats://127.0.0.1:1", identity, logger, signal: over.signal });
  setTimeout(() => over.abort(new Error("no longer wanted")), 300);
  await expect(linked).rejects.toThrow("no longer wanted");
});

test("an address that is none is refused at once", async () => {
  await expect(link({ servers: "nats://[not", identity, logger })).rejects.toThrow("Invalid URL");
});

test.each(["2.10.0", "2.13.9", "1.4.1", "0.0.0"])("a server of version %s is refused, with what to do", async (old) => {
  version = old;
  await expect(link({ servers: url, identity, logger })).rejects.toMatchObject({
    code: "NATS_TOO_OLD",
    hint: expect.stringContaining("2.15.1"),
  });
});

test.each(["2.14.0", "2.16.3", "3.0.0"])("a server of version %s is taken, with a warning", async (other) => {
  version = other;
  warned.length = 0;
  const open = await link({ servers: url, identity, logger });
  await open.close();
  expect(warned).toEqual([`nats-server ${other} is not the tested 2.15.1`]);
});

test("authentication time-outs in a row, of a new client or of one that was connected, end in a connection", async () => {
  version = "2.15.1";
  refusals = Array.from({ length: 3 }, () => "Authentication Timeout");
  const linked = await link({ servers: url, identity, logger });
  let again = 0;
  linked.onReconnect(() => again++);
  for (const round of [1, 2]) {
    refusals = Array.from({ length: 3 }, () => "Authentication Timeout");
    for (const socket of open) socket.destroy();
    await expect.poll(() => again).toBe(round); // said once, not once for each try
    expect(refusals).toEqual([]);
  }
  expect(linked.connection.isClosed()).toBe(false);
  await linked.close();
});

test("who is not known at the first connection is told so at once", async () => {
  refusals = Array.from({ length: 3 }, () => "Authorization Violation");
  await expect(link({ servers: url, identity, logger })).rejects.toThrow("Authorization Violation");
  refusals = [];
});

test("an acknowledgement's subject is read in both of its shapes", () => {
  const told = { delivery: 3, seq: 120, nth: 77, time: 1_790_000_000_123, pending: 5 };
  expect(parseAck("$JS.ACK.TEAM_alpha.lead.3.120.77.1790000000123456789.5")).toEqual(told);
  expect(parseAck("$JS.ACK._.ACCHASH.TEAM_alpha.lead.3.120.77.1790000000123456789.5")).toEqual(told);
  expect(parseAck("$JS.ACK.hub.ACCHASH.TEAM_alpha.lead.3.120.77.1790000000123456789.5.random")).toEqual(told);
  for (const none of ["", "_INBOX.alpha.1", "$JS.ACK", "$JS.FC.TEAM_alpha.lead.x"]) expect(parseAck(none)).toBeUndefined();
});
