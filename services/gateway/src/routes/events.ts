import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isTraceparent } from "../cloud-event.ts";
import { MAX_BATCH, readEvents } from "../cloud-event-http.ts";
import type { Inbox } from "../inbox.ts";
import { badRequest, later, security } from "./schemas.ts";

const Stored = z.object({ event: z.string(), seq: z.number().int() });
const Answer = z.union([Stored, z.object({ events: z.array(Stored) })]);
const Event = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  data: z.unknown(),
});
const Body = z.union([Event, z.array(Event).max(MAX_BATCH)]);

const schema = {
  description: "One CloudEvent (structured, or binary with ce-* headers), or a batch. The same source and id again is the same event.",
  security,
  consumes: ["application/cloudevents+json", "application/cloudevents-batch+json", "application/json"],
  body: Body,
  response: {
    200: Answer.describe("It was there already"),
    202: Answer.describe("The log has acknowledged it"),
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
      const { traceparent } = headers;
      const accepted = await inbox.accept(events, typeof traceparent === "string" && isTraceparent(traceparent) ? traceparent : undefined);
      reply.code(accepted.every((one) => one.already) ? 200 : 202);
      const stored = accepted.map(({ event, seq }) => ({ event, seq }));
      const [only] = stored;
      return batch || only === undefined ? { events: stored } : only;
    });
  };
}
