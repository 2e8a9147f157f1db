import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A call that came in. `at`: ms since 1970; `body`: which; `ok`: whether it was answered well. */
export type Came = { readonly at: number; readonly body: string; readonly ok: boolean };

/** Somebody who is called, answers well or not, and writes down who called. */
export type FailingEnd = AsyncDisposable & { readonly url: string; readonly came: readonly Came[]; isDown: boolean };

/** Answers after 20 ms, with 500 while it is down. */
export async function failingEnd(): Promise<FailingEnd> {
  const came: Came[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const ok = !end.isDown;
      came.push({ at, body, ok });
      setTimeout(() => response.writeHead(ok ? 204 : 500).end(), 20);
    });
  });
  server.keepAliveTimeout = 0; // a connection that is closed as a caller takes it up again would fail a call that nobody answered
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const end: FailingEnd = {
    url: `http://127.0.0.1:${port}/`,
    came,
    isDown: false,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return end;
}
