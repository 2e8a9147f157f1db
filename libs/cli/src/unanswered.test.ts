import { createServer } from "node:http";
import { expect, test } from "vitest";
import { unanswered } from "./unanswered.ts";

const failed = (code: string): Error => new TypeError("fetch failed", { cause: Object.assign(new Error("what it says"), { code }) });

test.each([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "GATEWAY_NOT_TRUSTED", "NODE_EXTRA_CA_CERTS"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "GATEWAY_NOT_TRUSTED", "NODE_EXTRA_CA_CERTS"],
  ["CERT_HAS_EXPIRED", "GATEWAY_NOT_TRUSTED", "does that hold today"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "GATEWAY_NOT_TRUSTED", "the name in its certificate"],
  ["ECONNREFUSED", "NO_MESH", "is the mesh up?"],
])("%s is %s", (cause, code, hint) => {
  expect(unanswered("https://g", failed(cause))).toMatchObject({ code, hint: expect.stringContaining(hint) });
});

test("a gateway that speaks no TLS is there all the same", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const url = `https://127.0.0.1:${port}`;
  const error = await fetch(url).catch((cause: unknown) => unanswered(url, cause));
  server.close();
  expect(error).toMatchObject({ code: "GATEWAY_NOT_TRUSTED", message: expect.stringContaining(`no TLS with ${url}`) });
});
