import { type AnyEventKind, external } from "@armada/contracts";
import { BatchError, EmitError, emitter } from "armada-emit";
import { expect, test } from "vitest";
import { z } from "zod";
import { memoryGateway } from "../testing/memory-gateway.ts";

const TYPE = "com.example.order.paid";
const types = [external(TYPE, { data: z.object({ order: z.string() }) }) as unknown as AnyEventKind];
const source = "/shop";

test("events come as they were given; given again, they are the same", async () => {
  await using gateway = await memoryGateway({ types });
  await using events = emitter({ url: gateway.url, key: gateway.key, source });
  const time = "2026-03-01T12:00:00Z";
  const one = await events.emit(TYPE, { order: "17" }, { subject: "17", id: "a", time, attributes: { partitionkey: "17" } });
  expect(await events.emit(TYPE, { order: "17" }, { id: "a" })).toEqual(one);
  const [message, ...others] = gateway.messages();
  expect(others).toEqual([]);
  expect(message?.envelopes[0]).toMatchObject({
    type: TYPE,
    source,
    id: "a",
    subject: "17",
    time,
    partitionkey: "17",
    data: { order: "17" },
  });
});

test("of a large batch each is stored once, in order, but those that are refused, which are named", async () => {
  await using gateway = await memoryGateway({ types });
  await using events = emitter({ url: gateway.url, key: gateway.key, source });
  const batch = Array.from({ length: 250 }, (_, i) => ({ type: TYPE, id: `n${i}`, data: { order: i === 120 ? 120 : String(i) } }));
  batch[7] = { type: "com.example.order.lost", id: "n7", data: { order: "7" } };
  const error = await events.emitBatch(batch).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BatchError);
  const { failed } = error as BatchError;
  expect(failed.map((one) => [one.index, one.error.code, one.error.field])).toEqual([
    [7, "type-unknown", "type"],
    [120, "data-invalid", "data.order"],
  ]);
  const stored = gateway.messages().map(({ envelopes }) => envelopes[0]?.id);
  expect(stored).toEqual(batch.map(({ id }) => id).filter((id) => id !== "n7" && id !== "n120"));
});

test("a wrong key is refused, and in no word of what is said", async () => {
  await using gateway = await memoryGateway({ types });
  await using events = emitter({ url: gateway.url, key: "not-the-key", source });
  const error = await events.emit(TYPE, { order: "1" }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(EmitError);
  expect(error).toMatchObject({ code: "key-wanted", status: 401, retryable: false, hint: expect.stringContaining("armada keys list") });
  expect(`${(error as EmitError).stack} ${JSON.stringify(error)}`).not.toContain("not-the-key");
});

test("signed by a secret it is taken at the sender's own address; by another one it is not", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const signer = async () => ({ secret, caller: { name: "orders", kind: "key" as const, scopes: ["emit:*"], perMinute: undefined } });
  await using gateway = await memoryGateway({ types, signer });
  await using events = emitter({ url: gateway.url, signAs: "orders", key: secret, source });
  await Promise.all(["ä b", "2"].map((id) => events.emit(TYPE, { order: id }, { id })));
  expect(gateway.messages().map(({ envelopes }) => envelopes[0]?.id)).toEqual(["ä b", "2"]);
  await using forger = emitter({ url: gateway.url, signAs: "orders", key: "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw", source });
  await expect(forger.emit(TYPE, { order: "3" })).rejects.toMatchObject({ code: "signature-wrong", status: 401 });
});
