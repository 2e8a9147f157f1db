import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { encodeBody } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { sourcesOf } from "@armada/operations/hooks/choice";
import type { Hook } from "@armada/operations/hooks/hook-file";
import { readState, stateKey } from "@armada/operations/hooks/hook-state";
import { systemClock, systemRandom } from "@armada/runtime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Turns } from "../reading/turns.ts";
import { manifestWith } from "../testing/memory-gateway.ts";
import { Sender, type SenderPorts } from "./sender.ts";
import { Tails } from "./tails.ts";

const TYPE = "shop.order.placed";
const manifest = { ...manifestWith("shop", []), events: [{ type: TYPE, version: 1, schema: {} }] };
const sources = sourcesOf({ types: [TYPE], runs: [] }, [manifest]);
const logger = { info: () => undefined, warn: () => undefined };

let receiver: Server;
let hook: Hook;
let answer: (event: Record<string, unknown>) => number;
const got: Record<string, unknown>[] = [];
const senders: Sender[] = [];
beforeEach(async () => {
  answer = () => 200;
  got.length = 0;
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const event = JSON.parse(body);
      response.statusCode = answer(event);
      if (response.statusCode === 200) got.push(event);
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const secret = `whsec_${Buffer.alloc(32).toString("base64")}`;
  const made = new Date().toISOString();
  hook = { name: "desk", url, insecure: false, secret, types: [TYPE], runs: [], made, from: new Date(0).toISOString(), orders: [] };
});
afterEach(async () => {
  for (const sender of senders.splice(0)) await sender.stop(true);
  receiver.closeAllConnections();
  receiver.close();
});

function world() {
  const mesh = new MemoryMesh(systemClock, systemRandom, CALM);
  for (const team of ["shop", "gateway"]) mesh.provision(team, []);
  const shop = mesh.connect("shop");
  const { registers } = mesh.connect("gateway");
  const reads = {
    log: () => shop.log,
    sequenceAt: async (_team: string, time: number) => mesh.stream("shop").messages.findLast((message) => message.time < time)?.seq ?? 0,
    turns: new Turns(),
  };
  const ports = (writer: string): SenderPorts => ({
    registers,
    writer,
    reads,
    tails: new Tails(() => shop.log),
    objects: shop.objects,
    clock: systemClock,
    random: systemRandom,
    logger,
    may: () => true,
  });
  const send = (writer: string): Sender => {
    const sender = new Sender(ports(writer), hook, sources);
    senders.push(sender);
    return sender;
  };
  const place = async (id: string, n: number, data: unknown = n): Promise<void> => {
    const about = {
      specversion: "1.0",
      source: "/teams/shop",
      team: "shop",
      schemaversion: 1,
      hops: 0,
      correlationid: "c",
      causationid: "c",
    } as const;
    const envelope = { ...about, id: `${id}-${n}`, type: TYPE, subject: id, time: new Date().toISOString(), sig: "s", data };
    await shop.log.append(`evt.shop.order.placed.${id}.${n}`, encodeBody([envelope]));
  };
  return { mesh, shop, registers, send, place };
}
const ids = (): unknown[] => got.map(({ id }) => id);
const came = (wanted: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(new Set(ids())).toEqual(new Set(wanted)), { timeout: 20_000 });

test("a fact is sent with its data, wherever that is kept, and without what is the mesh's alone", async () => {
  const { shop, send, place } = world();
  const large = { text: "x".repeat(100_000) };
  const $object = await shop.objects.put(Buffer.from(JSON.stringify(large)));
  await place("a", 1, { $object, size: 100_011, team: "shop" });
  send("one");
  await came(["a-1"]);
  expect(got[0]).toMatchObject({ type: TYPE, source: "/teams/shop", subject: "a", team: "shop", correlationid: "c", data: large });
  expect(Object.keys(got[0] ?? {})).not.toContain("sig");
});

test("a stream that was made anew is read from its beginning on, also what stands where the cursor was", async () => {
  const { mesh, send, place } = world();
  for (let n = 1; n <= 5; n++) await place("a", n);
  send("one");
  await came(["a-1", "a-2", "a-3", "a-4", "a-5"]);
  mesh.remake("shop");
  for (let n = 1; n <= 7; n++) await place("b", n);
  await vi.waitFor(() => expect(ids().filter((id) => String(id).startsWith("b"))).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `b-${n}`)), {
    timeout: 20_000,
  });
});

test("where another gateway sends, the one before ends, and what was not taken goes on in its order", async () => {
  const { send, place, registers } = world();
  answer = ({ subject }) => (subject === "a" ? 500 : 200);
  for (let n = 1; n <= 3; n++) for (const id of ["a", "b"]) await place(id, n);
  const one = send("one");
  await vi.waitFor(() => expect(ids()).toEqual(["b-1", "b-2", "b-3"]), { timeout: 20_000 });
  await vi.waitFor(async () => {
    const record = readState((await registers.get(stateKey("desk")))?.value, hook.made);
    expect([record?.taken, record?.held.map(({ id }) => id)]).toEqual([3, ["a-1"]]);
  });
  send("two");
  await one.ended;
  answer = () => 200;
  await came(["a-1", "a-2", "a-3", "b-1", "b-2", "b-3"]);
  expect(ids().filter((id) => String(id).startsWith("a"))).toEqual(["a-1", "a-2", "a-3"]);
});
