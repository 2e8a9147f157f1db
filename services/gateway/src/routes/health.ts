import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { later } from "./schemas.ts";

const READY_MS = 2_000;

/** `/healthz`: the process answers. `/readyz`: the log does, too. */
export function healthRoutes({ ready }: { ready: () => Promise<unknown> }): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const ok = z.object({ status: z.literal("ok") });
    app.get("/healthz", { schema: { response: { 200: ok } } }, async () => ({ status: "ok" as const }));
    app.get("/readyz", { schema: { response: { 200: ok, 503: later } } }, async () => {
      await Promise.race([ready(), late()]);
      return { status: "ok" as const };
    });
  };
}

async function late(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, READY_MS).unref());
  throw new Problem("log-unavailable", `the log did not answer within ${READY_MS / 1_000} s`, { retryAfter: 2 });
}
