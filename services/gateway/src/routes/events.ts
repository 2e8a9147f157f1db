import type { IncomingHttpHeaders } from "node:http";
import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isTraceparent } from "../events/cloud-event.ts";
import { MAX_BATCH, readEvents } from "../events/cloud-event-http.ts";
import type { Inbox } from "../events/inbox.ts";
import { callerOf, signature, want } from "../keys/caller.ts";
import { badRequest, later, security } from "./schemas.ts";

const Stored = z.object({ event: z.string(), seq: z.number().int() });
const Answer = z.union([Stored, z.object({ events: z.array(Stored) })]);
const Event = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  data: z.unknown().optional(),
  data_base64: z.string().optional(),
});
const Body = z.union([Event, z.array(Event).max(MAX_BATCH)]);

const schema = {
  description:
    "One CloudEvent (structured, or binary with ce-* headers), or a batch. The same source and id again is the same event. " +
    "With `Prefer: return=minimal`, and to Knative (`Prefer: reply` or `Kn-Namespace`), the answer has no body: 202, or 204 where it was there already.",
  security,
  consumes: ["application/cloudevents+json", "application/cloudevents-batch+json", "*/*"],
  body: Body,
  response: {
    200: Answer.describe("It was there already"),
    202: Answer.describe("The log has acknowledged it"),
    204: z.null().describe("It was there already, and no body is wanted"),
    "4xx": badRequest,
    "5xx": later,
  },
};

/** `POST /v1/events`. */
export function eventRoutes({ inbox }: { inbox: Inbox }): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    // The content mode and the encoding are part of what is checked: the body comes as bytes.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.post("/events", { schema, validatorCompiler: () => (value: unknown) => ({ value }) }, async (request, reply) => {
      const body: unknown = request.body;
      const { headers, rawHeaders } = request.raw;
      const { batch, events } = readEvents({ headers, rawHeaders, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) });
      const caller = callerOf(request);
      for (const { type, field } of events) want(caller, "emit", type, field("type"));
      const parent = typeof headers.traceparent === "string" && isTraceparent(headers.traceparent) ? headers.traceparent : undefined;
      const accepted = await inbox.accept(events, parent, signature(caller));
      const already = accepted.every((one) => one.already);
      const applied = wantsNoBody(headers);
      if (applied !== undefined) {
        if (applied !== "") reply.header("preference-applied", applied);
        return empty(reply, already ? 204 : 202);
      }
      reply.code(already ? 200 : 202);
      const stored = accepted.map(({ event, seq }) => ({ event, seq }));
      const [only] = stored;
      return batch || only === undefined ? { events: stored } : only;
    });
  };
}

/** Sends no body, whatever the schema says of one. */
function empty(reply: FastifyReply, code: number): FastifyReply {
  return reply.code(code).send();
}

/**
 * The preference that is met by an answer without a body (RFC 7240, section 4.2), "" where it is Knative that posts: it takes
 * any body that is no CloudEvent for a failure, and sends the event again. Undefined where a body is welcome.
 */
function wantsNoBody(headers: IncomingHttpHeaders): string | undefined {
  const preferences = String(headers.prefer ?? "")
    .split(",")
    .map((one) => one.split(";")[0]?.replaceAll(/["\s]/g, "").toLowerCase());
  if (preferences.includes("return=minimal")) return "return=minimal";
  return preferences.includes("reply") || headers["kn-namespace"] !== undefined ? "" : undefined;
}
