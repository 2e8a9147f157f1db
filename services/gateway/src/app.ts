import type { Server } from "node:http";
import type { Logger } from "@armada/event-sourcing";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance } from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { Bodies } from "./bodies.ts";
import { answerAll, drained, onClientError, problemOf, sendProblem } from "./errors.ts";
import type { BrokenContract } from "./events/declared-types.ts";
import type { Inbox } from "./events/inbox.ts";
import { Guard, type Whose } from "./keys/guard.ts";
import { Problem } from "./problem.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { runRoutes } from "./routes/runs.ts";
import { type SignerOf, signedRoutes } from "./routes/signed.ts";
import { webhookRoutes } from "./routes/webhook.ts";
import type { Runs } from "./runs.ts";
import type { Tls } from "./tls.ts";

const MAX_REQUEST = 1024 * 1024;

export type AppOptions = {
  readonly whose: Whose;
  readonly signer: SignerOf;
  /** Requests a minute of those for whom nothing else is said; undefined: as many as they like. */
  readonly perMinute: number | undefined;
  readonly now: () => number;
  /** Certificate and key in PEM; without them it is plain HTTP. */
  readonly tls?: Tls | undefined;
  readonly inbox: Inbox;
  readonly runs: Runs;
  /** Manifests that are left out, as of now. */
  readonly broken: () => readonly BrokenContract[];
  readonly logger: Logger;
  /** Senders of web hooks that may deliver here, in small letters; `*` for everyone. */
  readonly webhookOrigins: readonly string[];
  /** Rejects where the log cannot be reached. */
  readonly ready: () => Promise<unknown>;
  /** Ends the live feeds. */
  readonly signal: AbortSignal;
};

/** The HTTP face of the mesh, not yet listening. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { inbox, runs, broken, logger, webhookOrigins, ready, signal } = options;
  // Node would answer a missing Host without a body; the hook below says it in words.
  const http = { requireHostHeader: false, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };
  const tls = options.tls === undefined ? { http } : { https: { ...http, ...options.tls } };
  const app: FastifyInstance = Fastify<Server>({
    bodyLimit: MAX_REQUEST,
    // A request has to be here within 30 s, its headers within 10; a connection on which nothing moves ends after a minute.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    ...tls,
    routerOptions: { maxParamLength: 512 },
    clientErrorHandler: onClientError,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error, logger)),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(async (error, { raw }, reply) => {
    await drained(raw);
    return sendProblem(reply, problemOf(error, logger));
  });
  answerAll(app.server);
  app.addHook("onRequest", async ({ raw }) => {
    if (raw.httpVersion === "1.1" && raw.headers.host === undefined)
      throw new Problem("request-malformed", "HTTP/1.1 wants a Host", { field: "host" });
  });
  const bodies = new Bodies();
  app.addHook("preParsing", async ({ method }, _reply, payload) => {
    if (method === "POST") bodies.watch(payload);
    return payload;
  });
  const routes: { path: RegExp; methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    routes.push({ path: new RegExp(`^${url.replaceAll(/:[a-z]+/g, "[^/]+")}$`), methods: [method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    const allowed = [...new Set(routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods))];
    if (allowed.length === 0)
      return sendProblem(reply, new Problem("not-found", "see /openapi.json for what is served", { field: "path" }));
    return sendProblem(
      reply.header("allow", allowed.join(", ")),
      new Problem("method-not-allowed", `served: ${allowed.join(", ")}`, { field: "method" }),
    );
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Armada gateway",
        version: "1.0.0",
        description: "Events in; runs started, watched and approved. Errors are RFC 9457 problem documents.",
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(healthRoutes({ ready, broken }));
  const guard = new Guard(options);
  await app.register(signedRoutes({ inbox, guard, signer: options.signer }), { prefix: "/v1" });
  await app.register(
    async (v1) => {
      v1.addHook("onRequest", (request) => guard.check(request));
      await v1.register(eventRoutes({ inbox }));
      await v1.register(webhookRoutes({ origins: webhookOrigins }));
      await v1.register(runRoutes({ runs, signal }));
    },
    { prefix: "/v1" },
  );
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  return app;
}
