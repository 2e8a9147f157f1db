import type { IncomingMessage } from "node:http";

/** The whole body as text. @returns undefined where it has more than `limit` bytes */
export function bodyOf(req: IncomingMessage, limit: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    });
    req.once("end", () => resolve(size > limit ? undefined : Buffer.concat(chunks).toString("utf8")));
    req.once("error", reject);
    // Without its end the promise would stay open for ever.
    req.once("close", () => reject(new Error("the client went before its request was whole")));
  });
}

/** A header that came once. */
export function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Query parameters; those written `name[]` are lists. */
export function queryOf(url: URL): Record<string, unknown> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) =>
      name.endsWith("[]") ? [name.slice(0, -2), url.searchParams.getAll(name)] : [name, url.searchParams.get(name) ?? undefined],
    ),
  );
}
