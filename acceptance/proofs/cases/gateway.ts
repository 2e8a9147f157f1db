import { type MemoryGateway, memoryGateway } from "../../../services/gateway/src/testing/memory-gateway.ts";

export type Asked = { readonly status: number; readonly headers: Headers; readonly text: string };

/** The gateway's HTTP face, and a way to ask it. */
export async function gateway(
  options: Parameters<typeof memoryGateway>[0] = {},
): Promise<MemoryGateway & { ask(method: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Asked> }> {
  const made = await memoryGateway(options);
  return {
    ...made,
    ask: async (method, headers, body) => {
      const answer = await fetch(`${made.url}/v1/events`, {
        method,
        headers: { authorization: `Bearer ${made.key}`, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    },
  };
}

export const STRUCTURED = { "content-type": "application/cloudevents+json" };
