import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { tool } from "./tool.mjs";

const connectWithin = 6_000;

/**
 * Downloads `url` to `file`; resolves with undefined, or with why not. curl where there is one: it knows every kind of
 * proxy. HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS hold either way.
 */
export async function download(url, file, deadline) {
  const ca = process.env.NODE_EXTRA_CA_CERTS;
  const args = ["-fsSL", "--connect-timeout", `${connectWithin / 1000}`, "--max-time", `${deadline / 1000}`, "-o", file, url];
  // curl has one CA file, not an extra one, so the extra one is the second try.
  for (const extra of ca ? [[], ["--cacert", ca]] : [[]]) {
    const ended = await tool("curl", [...extra, ...args], { deadline: deadline + 1_000 });
    if (ended.ok) return undefined;
    if (ended.why === "no curl here")
      return fetchByNode(url, file, deadline).then(
        () => undefined,
        (error) => error.message,
      );
    if (!/certificate/i.test(ended.output)) return ended.why;
  }
  return "certificate not trusted";
}

export function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Node 20's own client takes no proxy from the environment, so the CONNECT is made here. */
async function fetchByNode(url, file, deadline, redirects = 5) {
  const signal = AbortSignal.timeout(deadline);
  const target = new URL(url);
  const proxy = proxyFor(target);
  const socket = proxy && (await connect(proxy, target, signal));
  const https = await import("node:https"); // only now: it brings all of Node's fetch, which no command needs to start
  const response = await new Promise((resolve, reject) => {
    const options = { signal, timeout: connectWithin, ...(socket ? { socket, agent: false } : {}) };
    const request = https.request(target, options, resolve).on("error", reject);
    request.on("timeout", () => request.destroy(new Error(`no answer within ${connectWithin / 1000} s`)));
    request.end();
  });
  if (response.headers.location !== undefined && redirects > 0) {
    response.resume();
    return fetchByNode(new URL(response.headers.location, url).href, file, deadline, redirects - 1);
  }
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  await pipeline(response, createWriteStream(file));
}

async function connect(proxy, target, signal) {
  const { request: open } = await (proxy.protocol === "https:" ? import("node:https") : import("node:http"));
  const headers = proxy.username
    ? { "proxy-authorization": `Basic ${btoa(decodeURIComponent(`${proxy.username}:${proxy.password}`))}` }
    : {};
  const path = `${target.hostname}:${target.port || 443}`;
  return new Promise((resolve, reject) => {
    const request = open(proxy, {
      method: "CONNECT",
      path,
      headers,
      signal,
      timeout: connectWithin,
    });
    request.on("connect", (answer, socket) =>
      answer.statusCode === 200 ? resolve(socket) : reject(new Error(`proxy: HTTP ${answer.statusCode}`)),
    );
    request.on("timeout", () => request.destroy(new Error("proxy: no answer")));
    request.on("error", reject);
    request.end();
  });
}

/** The proxy for an address, by HTTPS_PROXY and NO_PROXY in either spelling; undefined for none. */
export function proxyFor(target, env = process.env) {
  const proxy = env.HTTPS_PROXY ?? env.https_proxy;
  const direct = (env.NO_PROXY ?? env.no_proxy ?? "").split(",").map((entry) => entry.trim().replace(/^\*?\./, ""));
  if (!proxy || direct.some((entry) => entry === "*" || (entry !== "" && `.${target.hostname}`.endsWith(`.${entry}`)))) return undefined;
  return new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
}
