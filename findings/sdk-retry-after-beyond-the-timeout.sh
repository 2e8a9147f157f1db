#!/usr/bin/env bash
# @anthropic-ai/sdk 1.12.0 and openai 7.57.0 (npm), as they come: what a `retry-after` beyond the call's own time-out does.
#
# Guess, written down before: both fail at once with the provider's time, or both ask again in about a second, as they once did
# with any `retry-after` over 60 s.
# Seen: Anthropic's waits as long as the header says inside the one call, without a request or a word and without regard to
# `timeout` (2 s below, and the call takes 15 s; 3600 would take an hour). OpenAI's asks again in about half a second instead.
# Valid input: RFC 9110 lets a server answer 429 with any number of seconds.
# Exits with 0 while Anthropic's behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @anthropic-ai/sdk@1.12.0 openai@7.57.0 >/dev/null
cat >seen.mjs <<'JS'
import { createServer } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

let asked = [];
let after = "0";
const server = createServer((request, response) => {
  request.resume();
  asked.push(Date.now());
  const first = asked.length === 1;
  response.writeHead(first ? 429 : 400, { "content-type": "application/json", ...(first ? { "retry-after": after } : {}) });
  response.end(JSON.stringify({ type: "error", error: { type: "rate_limit_error", message: "slow down" } }));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const messages = [{ role: "user", content: "hi" }];
const anthropic = new Anthropic({ apiKey: "k", baseURL: url, timeout: 2_000 });
const openai = new OpenAI({ apiKey: "k", baseURL: `${url}/v1`, timeout: 2_000 });

/** How the call ends, within `ms`. */
async function seen(name, seconds, ms, ask) {
  [asked, after] = [[], seconds];
  const began = Date.now();
  const ended = ask().then(() => "answered", (error) => `ends with ${error.constructor.name}`);
  const how = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, ms, "still waits"))]);
  const took = Date.now() - began;
  console.log(`${name}, retry-after ${seconds}, timeout 2 s: after ${(took / 1_000).toFixed(1)} s it ${how}; requests: ${asked.length}`);
  return { how, took, requests: asked.length };
}
const ask = () => anthropic.messages.create({ model: "claude-haiku-5-5", max_tokens: 9, messages });
const short = await seen("@anthropic-ai/sdk 1.12.0", "15", 30_000, ask);
const hour = await seen("@anthropic-ai/sdk 1.12.0", "3600", 8_000, ask);
await seen("openai 7.57.0", "3600", 8_000, () => openai.chat.completions.create({ model: "gpt-x", messages }));
server.closeAllConnections();
process.exit(short.took > 14_000 && short.requests === 2 && hour.how === "still waits" && hour.requests === 1 ? 0 : 1);
JS
node seen.mjs
