import { connect } from "node:net";
import { expect, test } from "vitest";
import { memoryGateway } from "./testing/memory-gateway.ts";

const HELD = 900_000;
/** Together more than bodies on their way may hold. */
const SLOW = 60;

test("bodies that are held back are ended, the longest first, and who sends a whole one is served", { timeout: 30_000 }, async () => {
  await using gateway = await memoryGateway();
  const { hostname, port } = new URL(gateway.url);
  const answers: string[] = [];
  const slow = Array.from({ length: SLOW }, () => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on("data", (chunk) => answers.push(String(chunk).slice(9, 12)));
    socket.on("error", () => undefined);
    socket.write(`POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\n`);
    socket.write(`content-type: application/cloudevents+json\r\ncontent-length: ${HELD + 1}\r\n\r\n`);
    socket.write(Buffer.alloc(HELD, " "));
    return socket;
  });
  await expect.poll(() => answers.length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(new Set(answers)).toEqual(new Set(["408"]));
  const sent = await fetch(`${gateway.url}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/cloudevents+json" },
    body: JSON.stringify({ specversion: "1.0", id: "1", source: "/s", type: "a.b", data: {} }),
  });
  expect(sent.status).toBe(202);
  // Most of them fit, and are left until their deadline.
  expect(answers.length).toBeLessThan(SLOW - 10);
  for (const socket of slow) socket.destroy();
});
