import { request } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { binary, cloudEvent, modes, structured, unlike } from "../testing/drawn-events.ts";
import { type MemoryGateway, memoryGateway } from "../testing/memory-gateway.ts";

let gateway: MemoryGateway;
beforeAll(async () => {
  gateway = await memoryGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

function post(headers: readonly (readonly [string, string])[], body: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gateway.url}/v1/events`, {
      method: "POST",
      headers: { ...Object.fromEntries(headers), authorization: `Bearer ${gateway.key}`, "content-length": body.length },
    });
    sent.once("error", reject).once("response", (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.end(body);
  });
}

test("every valid event that can be drawn is taken, and handed to readers as it was sent", { timeout: 60_000 }, async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(cloudEvent, fc.constantFrom(...modes), async (drawn, mode) => {
      const sent = { ...drawn, attributes: { ...drawn.attributes, id: `${drawn.attributes.id} ${n++}` } };
      const media = `application/cloudevents${mode === "batch" ? "-batch" : ""}+json`;
      const whole = structured(sent);
      const { headers, body } =
        mode === "binary"
          ? binary(sent)
          : { headers: [["content-type", media]] as const, body: Buffer.from(JSON.stringify(mode === "batch" ? [whole] : whole)) };
      expect(await post(headers, body)).toMatchObject({ status: 202 });
      const [stored] = gateway.messages().at(-1)?.envelopes ?? [];
      expect(unlike(sent, stored ?? {}, mode)).toBeUndefined();
      expect(Date.parse(stored?.arrived ?? "")).not.toBeNaN();
    }),
    { numRuns: 400 },
  );
});
