import { createHmac } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";

// A receiver of hooks: node receiver.main.ts PORT FOLDER. How it answers stands in FOLDER/mode, the secret of the hook that sends to
// /NAME in FOLDER/NAME.secret; what it takes it writes down in FOLDER/received.jsonl before it answers.

const [port = "0", folder = "."] = process.argv.slice(2);
const SLOW_MS = 1_500;
/** Longer than a sender waits. */
const NEVER_MS = 60_000;

/** By what Standard Webhooks says of signatures, not by the library that made them. */
function valid(name: string, body: string, headers: Readonly<Record<string, string>>): boolean {
  const file = join(folder, `${name}.secret`);
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = headers;
  if (!existsSync(file) || Math.abs(Date.now() / 1_000 - Number(at)) > 300) return false;
  const key = Buffer.from(readFileSync(file, "utf8").trim().replace("whsec_", ""), "base64");
  return signature === `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
}

createServer((request, response) => {
  void text(request).then((body) => {
    const mode = readFileSync(join(folder, "mode"), "utf8");
    const name = (request.url ?? "").slice(1);
    const answer = (status: number, ms = 0): void => {
      if (status < 300) {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
        const line = { at: Date.now(), hook: name, id: headers["webhook-id"], valid: valid(name, body, headers), body };
        appendFileSync(join(folder, "received.jsonl"), `${JSON.stringify(line)}\n`);
      }
      setTimeout(() => response.writeHead(status).end(), ms);
    };
    if (mode === "fails") answer(500);
    else if (mode === "slow") answer(204, Math.random() * SLOW_MS);
    else if (mode === "silent") answer(204, NEVER_MS);
    else if (mode === "by turns" && Math.random() < 0.5) {
      if (Math.random() < 0.1) response.setHeader("retry-after", "1");
      answer(Math.random() < 0.5 ? 500 : 503);
    } else if (mode === "spurns" && body.includes('"subject":"bad"')) answer(422);
    else answer(204);
  });
}).listen(Number(port), "127.0.0.1");
