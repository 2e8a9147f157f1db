import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { BrokenContract } from "../events/declared-types.ts";
import { Problem } from "../problem.ts";
import { later } from "./schemas.ts";

const READY_MS = 2_000;

/** Anybody may read it, so it says no more of an error than whose it is and of which kind. */
const Broken = z.object({ team: z.string(), code: z.string() });

/** `/healthz`: the process answers, and which teams' types from outside it leaves out. `/readyz`: the log does, too. */
export function healthRoutes({
  ready,
  broken,
}: {
  ready: () => Promise<unknown>;
  broken: () => readonly BrokenContract[];
}): FastifyPluginAsync {
  const contracts = (): { broken?: { team: string; code: string }[] } => {
    const left = broken().map(({ team, error }) => ({ team, code: error.code }));
    return left.length === 0 ? {} : { broken: left };
  };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const ok = z.object({ status: z.literal("ok"), broken: z.array(Broken).optional() }).describe("It is well");
    app.get(
      "/healthz",
      { schema: { description: "Whether the gateway answers; `broken` names teams whose types it leaves out", response: { 200: ok } } },
      async () => ({ status: "ok" as const, ...contracts() }),
    );
    app.get(
      "/readyz",
      { schema: { description: "Whether it can store events: 503 while the log does not answer", response: { 200: ok, 503: later } } },
      async () => {
        await Promise.race([ready(), late()]);
        return { status: "ok" as const };
      },
    );
  };
}

async function late(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, READY_MS).unref());
  throw new Problem("log-unavailable", `the log did not answer within ${READY_MS / 1_000} s`, { retryAfter: 2 });
}
