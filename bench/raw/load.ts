import type { Msg } from "@nats-io/transport-node";
import type { Raw } from "./client.ts";

/** The messages of one run, parsed, by one direct get. */
export function rawLoad(raw: Raw, stream: string, filter: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const found: unknown[] = [];
    const take = (message: Msg): boolean => {
      const code = message.headers?.code ?? 0;
      if (code === 0) {
        found.push(JSON.parse(message.string()));
        return false;
      }
      if (code === 204) resolve(found);
      else reject(new Error(`direct get answered ${code}`));
      return true;
    };
    raw.request(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ multi_last: [filter] }), take);
  });
}
