import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import type { FastifyReply } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { issueField } from "./events/json-text.ts";
import { PROBLEM_TYPE, Problem } from "./problem.ts";

/** How long a connection whose request could not be read is kept for its answer to arrive. */
const LINGER_MS = 2_000;
const DRAIN_BYTES = 16 * 1024 * 1024;
const DRAIN_MS = 5_000;

/** What any thrown error answers with. Where it is nobody's fault outside, the log has the whole of it. */
export function problemOf(error: unknown, logger: Logger): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ArmadaError && error.code === "LOG_UNAVAILABLE")
    return new Problem("log-unavailable", error.message, { retryAfter: 2 });
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const path = (first?.instancePath ?? "").split("/").filter((part) => part !== "");
    const field = issueField("", { path, keys: first?.params.keys });
    return new Problem("input-invalid", first?.message ?? error.message, { field: field === "" ? "body" : field });
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Problem("too-large", "bodies have at most 1 MiB; hand larger documents by digest", { field: "body" });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Problem("media-type-not-served", "the content type is not served here", { field: "content-type" });
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new Problem("request-malformed", "the body is not as long as content-length says", { field: "content-length" });
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new Problem("request-malformed", "the path cannot be read", { field: "path" });
    case "ECONNRESET":
      return new Problem("request-malformed", "the request ended early", { field: "body" });
    default:
      logger.warn(`a request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return new Problem("unexpected", "this is a fault of the gateway; its log says more");
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { retryAfter } = problem.more;
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  if (problem.kind === "request-timeout") reply.header("connection", "close"); // the rest of it is not waited for
  if (problem.kind === "key-wanted") reply.header("www-authenticate", 'Bearer realm="armada"');
  return reply.code(problem.status).header("content-type", PROBLEM_TYPE).send(problem.document());
}

/**
 * Reads the rest of a body that is refused, so that its sender gets to read why: closing before would reset the connection
 * under the answer. At most 16 MiB, for at most 5 s.
 */
export function drained(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const over = (): void => {
      clearTimeout(late);
      request.removeListener("data", count);
      resolve();
    };
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > DRAIN_BYTES) over();
    };
    const late = setTimeout(over, DRAIN_MS);
    if (request.complete || request.destroyed) return over();
    request.on("data", count).once("end", over).once("close", over).once("error", over);
    request.resume();
  });
}

/** Node itself would end these connections without a word. */
export function answerAll(server: Server): void {
  server.on("checkExpectation", (_request, response: ServerResponse) => {
    const problem = new Problem("expectation-failed", "only 100-continue can be expected", { field: "expect" });
    const body = problem.document();
    response.writeHead(problem.status, { "content-type": PROBLEM_TYPE, "content-length": Buffer.byteLength(body), connection: "close" });
    response.end(body);
  });
  server.on("connect", (_request, socket: Duplex) =>
    write(socket, new Problem("method-not-allowed", "this is no proxy", { field: "method" })),
  );
}

/** What Node's parser could not read has no request to answer on: the document goes to the socket itself. */
export function onClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") socket.destroy();
  else write(socket, clientProblem(error.code ?? ""));
}

function write(socket: Duplex, problem: Problem): void {
  const body = problem.document();
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`;
  socket.on("error", () => socket.destroy()); // the other side is gone; there is nobody to tell
  socket.end(`${head}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function clientProblem(code: string): Problem {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new Problem("header-too-large", "all headers together have at most 16 KiB", { field: "headers" });
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Problem("too-large", "chunk extensions are too long", { field: "transfer-encoding" });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem("request-timeout", "it did not arrive in time", { field: "body" });
    case "HPE_INVALID_HEADER_TOKEN":
    case "HPE_LF_EXPECTED":
    case "HPE_CR_EXPECTED":
      return new Problem("request-malformed", `a header has an illegal character (${code})`, { field: "headers" });
    case "HPE_INVALID_CONTENT_LENGTH":
    case "HPE_UNEXPECTED_CONTENT_LENGTH":
      return new Problem("request-malformed", `content-length is not legal (${code})`, { field: "content-length" });
    case "HPE_INVALID_TRANSFER_ENCODING":
    case "HPE_INVALID_CHUNK_SIZE":
      return new Problem("request-malformed", `the transfer encoding is not legal (${code})`, { field: "transfer-encoding" });
    case "HPE_INVALID_URL":
      return new Problem("request-malformed", `the path is not legal (${code})`, { field: "path" });
    case "HPE_INVALID_METHOD":
      return new Problem("request-malformed", `the method is not known (${code})`, { field: "method" });
    default:
      return new Problem("request-malformed", `it is no HTTP/1.1 request (${code || "unknown"})`, { field: "request" });
  }
}
