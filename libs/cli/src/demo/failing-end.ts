import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const Asked = z.object({ call: z.string(), attempt: z.int() });

/** A call of the broken agent. `at`: ms since 1970; `call`: the step, `<run>-<n>`; `ok`: whether it was let through. */
export type BrokenCall = z.infer<typeof Asked> & { readonly at: number; readonly ok: boolean };

/** Whom the broken agent asks before each of its calls. */
export type FailingEnd = AsyncDisposable & { readonly url: string; readonly calls: readonly BrokenCall[]; mended: boolean };

/** Answers 503 until it is mended, and tells each call as it comes. */
export async function failingEnd(tell: (call: BrokenCall) => void): Promise<FailingEnd> {
  const calls: BrokenCall[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const call = { ...Asked.parse(JSON.parse(body)), at, ok: end.mended };
      calls.push(call);
      tell(call);
      response.writeHead(call.ok ? 204 : 503).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const end: FailingEnd = {
    url: `http://127.0.0.1:${port}/`,
    calls,
    mended: false,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return end;
}
