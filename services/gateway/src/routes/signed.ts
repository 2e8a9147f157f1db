import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { z } from "zod";
import { readStructured } from "../events/cloud-event-http.ts";
import type { Inbox } from "../events/inbox.ts";
import { parseJson } from "../events/json-text.ts";
import { type Caller, signature, want } from "../keys/caller.ts";
import type { Guard } from "../keys/guard.ts";
import { Problem } from "../problem.ts";
import { badRequest, later } from "./schemas.ts";

/** The secret of a sender that signs, and who it is. @throws Problem `key-wanted` */
export type SignerOf = (name: string) => Promise<{ readonly secret: string; readonly caller: Caller }>;

const Stored = z.object({ event: z.string(), seq: z.number().int() });
const schema = {
  description:
    "An event of a sender that signs by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`); `name` is its key's. " +
    "The body is a CloudEvent, or a payload {type, timestamp, data}, whose event has the source `/webhooks/NAME` and the id `webhook-id`.",
  params: z.object({ name: z.string().min(1).max(64) }),
  response: {
    200: Stored.describe("It was there already"),
    202: Stored.describe("The log has acknowledged it"),
    "4xx": badRequest,
    "5xx": later,
  },
};

/** `POST /v1/webhooks/NAME`. */
export function signedRoutes({ inbox, guard, signer }: { inbox: Inbox; guard: Guard; signer: SignerOf }): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.post("/webhooks/:name", { schema }, async (request, reply) => {
      const { name } = request.params;
      const { secret, caller } = await signer(name);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const id = verified(secret, body, request.headers);
      guard.admit(request, caller);
      const event = readStructured(asEvent(parseJson(body), id, name), "");
      want(caller, "emit", event.type, "type");
      const [stored] = await inbox.accept([event], undefined, signature(caller));
      if (stored === undefined) throw new Error("an event was accepted and is not told of");
      return reply.code(stored.already ? 200 : 202).send({ event: stored.event, seq: stored.seq });
    });
  };
}

/** @returns the message's id. @throws Problem `signature-wrong`: none, another's, or older than five minutes */
function verified(secret: string, body: Buffer, headers: { readonly [name: string]: unknown }): string {
  const one = (name: string): string => (typeof headers[name] === "string" ? headers[name] : "");
  const said = Object.fromEntries(["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, one(name)]));
  try {
    new Webhook(secret).verify(body, said, { jsonParse: false });
    return said["webhook-id"] ?? "";
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    throw new Problem("signature-wrong", error.message, { field: "webhook-signature" });
  }
}

/** A CloudEvent as it is; of a plain payload what makes it one. */
function asEvent(payload: unknown, id: string, name: string): unknown {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload) || "specversion" in payload) return payload;
  const { type, timestamp, data } = payload as Record<string, unknown>;
  return { specversion: "1.0", id, source: `/webhooks/${name}`, type, time: timestamp, data };
}
