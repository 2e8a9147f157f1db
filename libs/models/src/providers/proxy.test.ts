import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { proxyFromEnv } from "./proxy.ts";

const asked: (string | undefined)[] = [];
const target = createServer((_req, res) => res.end("from the target"));
const proxy = createServer().on("connect", (req, client) => {
  asked.push(req.url);
  const far = connect(portOf(target), "127.0.0.1", () => {
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    far.pipe(client).pipe(far);
  });
});
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  for (const server of [target, proxy]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  for (const server of [target, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});

test("without a proxy in the environment nothing is changed", () => {
  expect(proxyFromEnv({ NO_PROXY: "x" })).toBeUndefined();
});

test("a far host is asked through the proxy, loopback is not", async () => {
  const undo = proxyFromEnv({ HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` });
  expect(await (await fetch("http://far.test/")).text()).toBe("from the target");
  expect(asked).toEqual(["far.test:80"]);
  expect(await (await fetch(`http://127.0.0.1:${portOf(target)}/`)).text()).toBe("from the target");
  expect(asked).toHaveLength(1);
  undo?.();
});
