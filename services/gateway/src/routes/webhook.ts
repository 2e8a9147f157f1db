import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import { callerOf, want } from "../keys/caller.ts";
import { Problem } from "../problem.ts";
import { badRequest, security } from "./schemas.ts";

const schema = {
  description:
    "The validation handshake of CloudEvents web hooks (HTTP 1.1 Web Hooks for Event Delivery 1.0, section 4): a sender asks whether it may " +
    "deliver here, in `WebHook-Request-Origin`. `gateway.webhookOrigins` of the configuration says who may.",
  security,
  response: { 200: z.null().describe("It may: `webhook-allowed-origin` repeats who"), "4xx": badRequest },
};

/** `OPTIONS /v1/events`. `origins`: who may deliver, `*` for everyone. */
export function webhookRoutes({ origins }: { origins: readonly string[] }): FastifyPluginAsync {
  return async (app) => {
    app.options("/events", { schema }, async (request, reply) => {
      want(callerOf(request), "emit");
      const { "webhook-request-origin": origin, "webhook-request-rate": rate } = request.headers;
      if (typeof origin !== "string" || origin === "")
        throw new Problem("request-malformed", "a sender says who it is in WebHook-Request-Origin", { field: "webhook-request-origin" });
      if (!origins.includes("*") && !origins.includes(origin.toLowerCase()))
        throw new Problem("origin-not-allowed", `${JSON.stringify(origin)} is not in gateway.webhookOrigins of the configuration`, {
          field: "webhook-request-origin",
        });
      reply.header("allow", "POST").header("webhook-allowed-origin", origin);
      if (rate !== undefined) reply.header("webhook-allowed-rate", "*");
      return reply.code(200).send();
    });
  };
}
