import { z } from "zod";

// The pinned types do not know it yet.
const WithProxy = z.object({
  setGlobalProxyFromEnv: z.custom<(env: Record<string, string>) => () => void>((value) => typeof value === "function"),
});

/** Never by a proxy: the mesh's own servers listen here. */
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Sends this process's `fetch` and `node:http(s)` requests through `HTTPS_PROXY` and `HTTP_PROXY`, but for hosts in `NO_PROXY`
 * and loopback. Does nothing where neither is set. To be called once, at start: it holds for the whole process.
 * @returns what undoes it, or undefined where nothing was done.
 */
export function proxyFromEnv(env: Readonly<Record<string, string | undefined>>): (() => void) | undefined {
  const httpProxy = env.HTTP_PROXY ?? env.http_proxy;
  const httpsProxy = env.HTTPS_PROXY ?? env.https_proxy;
  if (!httpProxy && !httpsProxy) return undefined;
  // Not by `import`: that brings all of Node's `fetch` into every process, 12 MB, also where there is no proxy.
  const node = WithProxy.safeParse(process.getBuiltinModule("node:http"));
  if (!node.success) return undefined;
  const without = [env.NO_PROXY ?? env.no_proxy ?? "", ...LOOPBACK].filter((host) => host !== "").join(",");
  return node.data.setGlobalProxyFromEnv({
    ...(httpProxy ? { HTTP_PROXY: httpProxy } : {}),
    ...(httpsProxy ? { HTTPS_PROXY: httpsProxy } : {}),
    NO_PROXY: without,
  });
}
