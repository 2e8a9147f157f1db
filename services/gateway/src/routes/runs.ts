import { allows } from "@armada/operations/keys/scopes";
import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isTraceparent } from "../events/cloud-event.ts";
import { parseJson } from "../events/json-text.ts";
import { contentTypeOf, isJson } from "../events/media-type.ts";
import { type Caller, callerOf, signature, want } from "../keys/caller.ts";
import { Problem } from "../problem.ts";
import type { Looking } from "../reading/run-reads.ts";
import { Turns } from "../reading/turns.ts";
import type { Runs } from "../runs.ts";
import { Feeds, feed } from "./feed.ts";
import { badRequest, later, security } from "./schemas.ts";

const Start = z.strictObject({
  workflow: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,47}\.[a-z][a-z0-9_]{0,47}$/, "it is not team.workflow")
    .describe("team.workflow"),
  input: z.unknown().optional().describe("what the workflow takes"),
  key: z.string().min(1).max(1_024).optional().describe("idempotency key: the same key for the same workflow is the same run"),
});
const Answer = z.strictObject({
  approved: z.boolean(),
  by: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("who decided; the key is recorded beside it. Of a token it is the person whom it names"),
});
const Run = z.looseObject({
  run: z.string(),
  team: z.string(),
  workflow: z.string(),
  version: z.number(),
  status: z.string(),
  next: z.string().optional().describe("the run that goes on with the work of one that is `continued`"),
  approvals: z
    .array(
      z.looseObject({
        n: z.number(),
        question: z.string(),
        show: z.unknown().optional().describe("what is approved"),
        status: z.enum(["open", "approved", "refused", "expired", "withdrawn"]),
        askedAt: z.string(),
        until: z.string(),
        by: z.string().optional().describe("who answered"),
        at: z.string().optional().describe("when it was answered or expired"),
      }),
    )
    .readonly()
    .optional()
    .describe("what it asked people"),
  calls: z
    .array(
      z.looseObject({
        n: z.number(),
        kind: z.enum(["ask", "event"]),
        what: z.string(),
        status: z.enum(["open", "answered", "taken", "refused", "timed_out", "withdrawn"]),
        askedAt: z.string(),
        at: z.string().optional().describe("when it was settled"),
        event: z.string().optional().describe("which event was taken"),
      }),
    )
    .readonly()
    .optional()
    .describe("what it asked other teams, and the events that it waited for"),
  input: z.unknown().optional().describe("what it was given"),
  output: z.unknown().optional().describe("what it answered, once it has ended"),
  steps: z.array(z.unknown()),
});
const Id = z.object({ id: z.string().min(1).max(256) });
const Watch = z.object({
  text: z.enum(["0", "1"]).optional().describe("1: the feed also has what the models say, as `text` and `restarted`"),
});
const Approval = Id.extend({ n: z.string().regex(/^[1-9]\d{0,8}$/, "it is not a number from 1") });

const common = { security };
const failures = { "4xx": badRequest, "5xx": later };
const schemas = {
  start: {
    ...common,
    description: "Starts a workflow",
    body: Start,
    response: {
      200: z.object({ run: z.string() }).describe("This key has started it before"),
      202: z.object({ run: z.string() }).describe("The log has acknowledged the start"),
      ...failures,
    },
  },
  show: {
    ...common,
    description: "A run; with `Accept: text/event-stream` its live feed",
    params: Id,
    querystring: Watch,
    response: { 200: Run.describe("As it is now"), ...failures },
  },
  feed: {
    ...common,
    description:
      "A run's journal as server-sent events (`journal`, then `end`), until it ends; Last-Event-ID resumes. With `text=1` also " +
      "`text` {n, attempt, call, seq, text}, what a model says in call `call` of step `n` while it is said, and `restarted` {n, attempt}, " +
      "where what was said of step `n` so far does not count. Text has no ids and is not kept: it begins where the client came in, and a " +
      "gap in `seq` says that some of it was not sent, because the client read too slowly.",
    params: Id,
    querystring: Watch,
    produces: ["text/event-stream"],
    response: { 200: z.string().describe("The feed, as `text/event-stream`"), ...failures },
  },
  approve: {
    ...common,
    description: "Answers an approval; `already` where it was answered before",
    params: Approval,
    body: Answer,
    response: {
      200: z.object({ run: z.string(), status: z.enum(["done", "already"]), approved: z.boolean(), by: z.string() }),
      ...failures,
    },
  },
};

/** Requests that wait for a run to be shown, or for their answer to be taken. */
const MOST_READERS = 256;

/** `/v1/runs`. */
export function runRoutes({ runs, signal }: { runs: Runs; signal: AbortSignal }): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const feeds = new Feeds();
    const answers = new Turns();
    let readers = 0;
    /** A view may have megabytes: one is handed to the network a turn of the event loop, and who writes has the turns between. */
    const show = async (reply: FastifyReply, id: string, may: Looking): Promise<FastifyReply> => {
      if (readers >= MOST_READERS)
        throw new Problem("too-many-readers", `at most ${MOST_READERS} answers are on their way at a time`, { retryAfter: 1 });
      readers++;
      reply.raw.once("close", () => readers--);
      const json = await runs.view(await runs.find(id, may));
      reply.type("application/json; charset=utf-8");
      await answers.take(async () => {
        reply.send(json);
        await new Promise(setImmediate);
      });
      return reply;
    };
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, async (request: { headers: Record<string, unknown> }, body: Buffer) => {
      const { "content-type": type, "content-encoding": encoding } = request.headers;
      const media = contentTypeOf(typeof type === "string" ? type : undefined, typeof encoding === "string" ? encoding : undefined);
      if (!isJson(media))
        throw new Problem("media-type-not-served", `bodies are application/json, not ${media.type}`, { field: "content-type" });
      return parseJson(body);
    });
    app.post("/runs", { schema: schemas.start }, async (request, reply) => {
      const { workflow: target, input, key } = request.body;
      const [team = "", workflow = ""] = target.split(".");
      const caller = callerOf(request);
      want(caller, "start", target, "workflow");
      const about = { team, workflow, input: input === undefined ? {} : input, key };
      const { run, already } = await runs.start(about, traceOf(request.headers), signature(caller));
      return reply.code(already ? 200 : 202).send({ run });
    });
    app.get("/runs/:id", { schema: schemas.show, exposeHeadRoute: false }, async (request, reply) => {
      const may = reads(callerOf(request));
      if (request.headers.accept?.includes("text/event-stream") !== true) return show(reply, request.params.id, may);
      return feed(runs, feeds, await runs.find(request.params.id, may), {
        request,
        reply,
        closing: signal,
        text: request.query.text === "1",
      });
    });
    app.get("/runs/:id/events", { schema: schemas.feed, exposeHeadRoute: false }, async (request, reply) =>
      feed(runs, feeds, await runs.find(request.params.id, reads(callerOf(request))), {
        request,
        reply,
        closing: signal,
        text: request.query.text === "1",
      }),
    );
    app.post("/runs/:id/approvals/:n", { schema: schemas.approve }, async (request) => {
      const { id, n } = request.params;
      const caller = callerOf(request);
      want(caller, "approve");
      const { scopes } = caller;
      const answer = { approved: request.body.approved, by: approver(caller, request.body.by) };
      const may = (team: string): boolean => allows(scopes, "approve", team);
      return runs.approve(id, Number(n), answer, traceOf(request.headers), { may, sentby: signature(caller) });
    });
  };
}

/** A run of a team that the caller may not read is none to it. @throws Problem `scope-missing` */
function reads(caller: Caller): Looking {
  want(caller, "read");
  return { may: (team) => allows(caller.scopes, "read", team) };
}

/** A person is who the token says; who comes with a key may say who decided, and the key is on record with it. */
function approver(caller: Caller, by: string | undefined): string {
  if (caller.kind === "person" || by === undefined) return signature(caller);
  return `${by} (${signature(caller)})`;
}

function traceOf(headers: { readonly [name: string]: unknown }): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === "string" && isTraceparent(traceparent) ? traceparent : undefined;
}
