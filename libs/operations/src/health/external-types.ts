import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
import type { Look } from "./trouble.ts";

const ANSWER_MS = 2_000;
const Health = z.object({ broken: z.array(z.object({ team: z.string(), code: z.string() })).optional() });

/** Its types from outside, which the gateway leaves out. A gateway that does not answer is another trouble, and told by its replicas. */
export const externalTypes: Look = async ({ session: { mesh }, team: { name } }) => {
  if (mesh?.gateway === undefined) return [];
  const broken = await brokenAt(mesh.gateway);
  return broken
    .filter(({ team }) => team === name)
    .map(({ code }) => ({
      code,
      message: "what it takes from outside does not agree with what others do: events of its types are answered 503",
      next: `the gateway's log says what is wrong: mend it where ${name} has its code, then \`armada provision\``,
    }));
};

async function brokenAt(gateway: string): Promise<readonly { readonly team: string; readonly code: string }[]> {
  try {
    // Neither by `fetch` nor by an import of node:http, which loads it: to load it takes a tenth of the command.
    const asked = process.getBuiltinModule("node:http").get(new URL("/healthz", gateway), { signal: AbortSignal.timeout(ANSWER_MS) });
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    return Health.parse(await json(answer)).broken ?? [];
  } catch {
    return []; // it is not there, or it is something else
  }
}
