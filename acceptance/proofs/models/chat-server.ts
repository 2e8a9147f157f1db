import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a chat completion gets: text as a stream of chunks, or a refusal of one's own. */
export type ChatReply =
  | { readonly text: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

/** An OpenAI-compatible server that answers what it is told to. */
export type ChatServer = AsyncDisposable & {
  /** What a product that is to use it has in its environment: its model serves every tier. */
  readonly env: Readonly<Record<string, string>>;
  /** Chat completions that were asked for. */
  requests(): number;
};

/** `reply`: of the nth request, from 1. `port`: the system's choice unless given. */
export async function startChatServer(reply: (n: number) => ChatReply, port = 0): Promise<ChatServer> {
  let requests = 0;
  const server = createServer((req, res) => {
    req.resume();
    if (req.method !== "POST") return void res.writeHead(404).end();
    const said = reply(++requests);
    if (!("text" in said)) {
      const headers = { "content-type": "application/json", ...said.headers };
      return void res.writeHead(said.status, headers).end(JSON.stringify(said.body));
    }
    res.writeHead(200, { "content-type": "text/event-stream" });
    const choices = (delta: unknown, finish_reason: string | null): unknown => ({
      model: "gpt-x",
      choices: [{ index: 0, delta, finish_reason }],
    });
    const usage = { model: "gpt-x", choices: [], usage: { prompt_tokens: 100, completion_tokens: 20 } };
    for (const chunk of [choices({ role: "assistant", content: said.text }, null), choices({}, "stop"), usage])
      res.write(`data: ${JSON.stringify(chunk)}\n\n`);
    res.end("data: [DONE]\n\n");
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const tiers = ["WORKER", "SPECIALIST", "ORCHESTRATOR"].map((tier) => [`ARMADA_MODELS_TIERS_${tier}`, "openai/gpt-x"]);
  return {
    env: { OPENAI_BASE_URL: url, ...Object.fromEntries(tiers) },
    requests: () => requests,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
