import { listPrices } from "@armada/models";
import { startApiServer } from "@armada/models/testing";
import { expect, test } from "vitest";
import { usageByHour } from "./usage-report.ts";

const HOUR_MS = 3_600_000;

test("the report is read by hour, model and lane, over its pages", async () => {
  await using server = await startApiServer({ script: () => ({ a: 1 }), keys: ["admin"] });
  const headers = { "content-type": "application/json", "x-api-key": "admin", "x-armada-call": "c1" };
  const body = JSON.stringify({ model: "claude-sonnet-5-5", max_tokens: 20, messages: [{ role: "user", content: "hello" }] });
  expect((await fetch(`${server.url}/v1/messages`, { method: "POST", headers, body })).status).toBe(200);
  const [billed] = server.log.filter(({ event }) => event === "end");
  const about = { base: server.url, key: "admin", prices: listPrices };
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const found = await usageByHour(about, hour - 300 * HOUR_MS, hour + HOUR_MS);
  const { input = 0, output = 0 } = billed?.tokens ?? {};
  expect(found).toEqual([
    {
      hour: Math.floor(Date.parse(billed?.at ?? "") / HOUR_MS) * HOUR_MS,
      model: "claude-sonnet-5-5",
      batch: false,
      micros: billed?.costMicros,
      tokens: input + output,
    },
  ]);
  expect((await usageByHour({ ...about, prices: [] }, hour - HOUR_MS, hour + HOUR_MS))[0]).toMatchObject({ micros: undefined });
  await expect(usageByHour({ ...about, key: "usual" }, hour, hour + HOUR_MS)).rejects.toMatchObject({ code: "USAGE_REFUSED" });
});
