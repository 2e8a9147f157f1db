import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { memoryGateway } from "../testing/memory-gateway.ts";

/** Of the library's own tests (standardwebhooks 1.1.1, "sign function works"). */
const VECTOR = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1_614_265_330,
  payload: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const MINUTE_MS = 60_000;

async function edge() {
  const caller = { name: "shop", kind: "key", scopes: ["emit:com.example.*"], perMinute: undefined } as const;
  const gateway = await memoryGateway({
    signer: async (name) => {
      if (name === "shop") return { secret: VECTOR.secret, caller };
      throw new Problem("key-wanted", "nobody", { field: "name" });
    },
  });
  const send = async (body: string, headers: Record<string, string>, name = "shop") => {
    const type = { "content-type": "application/json" };
    const answer = await fetch(`${gateway.url}/v1/webhooks/${name}`, { method: "POST", headers: { ...type, ...headers }, body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { ...gateway, send };
}

/** What a sender sends beside a body that it signs; `at` in ms since 1970. */
function signed(body: string, { id = "msg_1", at = Date.now(), secret = VECTOR.secret } = {}): Record<string, string> {
  const time = { "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1_000)) };
  return { ...time, "webhook-signature": new Webhook(secret).sign(id, new Date(at), body) };
}
const payload = (type = "com.example.sold"): string => JSON.stringify({ type, timestamp: "2026-11-01T00:00:00Z", data: { n: 1 } });

test("what is sent is signed as the library's vector says", () => {
  const { secret, id, timestamp, payload: body, signature } = VECTOR;
  expect(new Webhook(secret).sign(id, new Date(timestamp * 1_000), body)).toBe(signature);
});

test("a signed payload is an event of its sender; the same again is the same event", async () => {
  await using at = await edge();
  const headers = signed(payload());
  const first = await at.send(payload(), headers);
  expect([first.status, (await at.send(payload(), headers)).status]).toEqual([202, 200]);
  expect(at.messages().map(({ envelopes }) => envelopes[0])).toMatchObject([
    { id: "msg_1", source: "/webhooks/shop", type: "com.example.sold", time: "2026-11-01T00:00:00Z", data: { n: 1 }, sentby: "key shop" },
  ]);
  const event = JSON.stringify({ specversion: "1.0", id: "7", source: "/own", type: "com.example.sold", data: {} });
  expect((await at.send(event, signed(event, { id: "msg_2" }))).status).toBe(202);
  expect(at.messages().at(-1)?.envelopes[0]).toMatchObject({ id: "7", source: "/own" });
});

test("unsigned, wrongly signed, changed and late ones are refused, and another's name opens nothing", async () => {
  await using at = await edge();
  const body = payload();
  const good = signed(body);
  const other = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
  const wrong: Record<string, string>[] = [
    {},
    { ...good, "webhook-signature": "" },
    { ...good, "webhook-signature": "v1,AAAA" },
    { ...good, "webhook-signature": `v1a,${good["webhook-signature"]?.slice(3)}` },
    { ...good, "webhook-id": "msg_9" },
    { ...good, "webhook-timestamp": String(Number(good["webhook-timestamp"]) + 1) },
    { ...good, "webhook-timestamp": "soon" },
    signed(body, { secret: other }),
    signed(`${body} `),
    signed(body, { at: Date.now() - 6 * MINUTE_MS }),
    signed(body, { at: Date.now() + 6 * MINUTE_MS }),
  ];
  for (const headers of wrong)
    expect(await at.send(body, headers), JSON.stringify(headers)).toMatchObject({
      status: 401,
      body: { type: "urn:armada:problem:signature-wrong", field: "webhook-signature" },
    });
  expect((await at.send(body, good, "other")).status).toBe(401);
  expect((await at.send(payload("org.other"), signed(payload("org.other")))).status).toBe(403);
  for (const none of ["[]", "1", "{}", '{"type":"com.example.sold","timestamp":"yesterday"}', "{"])
    expect((await at.send(none, signed(none))).status).toBe(400);
  expect(at.messages()).toEqual([]);
});
