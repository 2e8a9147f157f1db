import { expect, test } from "vitest";
import { costOfFailure, modelError } from "./errors.ts";

const status = (code: number, more: object = {}): Error => Object.assign(new Error(`${code} no`), { status: code }, more);
const below = (code: string): Error =>
  new Error("Connection error.", { cause: new Error("fetch failed", { cause: Object.assign(new Error("x"), { code }) }) });

test.each([400, 401, 403, 404, 409, 413, 429, 503, 529])("the status %i says that nothing was done for it", (code) => {
  expect(costOfFailure(status(code))).toEqual({ kind: "free" });
});

test.each([408, 500, 502, 504])("the status %i may come after the work", (code) => {
  expect(costOfFailure(status(code))).toEqual({ kind: "unknown", reason: `${code}: no` });
});

test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_INVALID_URL"])(
  "%s was never sent",
  (code) => {
    expect(costOfFailure(below(code))).toEqual({ kind: "free" });
  },
);

test.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT"])("%s may have been billed", (code) => {
  expect(costOfFailure(below(code)).kind).toBe("unknown");
});

test.each([
  [status(429, { type: "insufficient_quota", code: "insufficient_quota" }), "MODEL_SPEND_LIMIT"],
  [status(402), "MODEL_SPEND_LIMIT"],
  [status(404, { type: "not_found_error" }), "MODEL_UNKNOWN"],
  [status(404, { type: "invalid_request_error", code: "model_not_found" }), "MODEL_UNKNOWN"],
  [status(404), "MODEL_UNREACHABLE"],
  [Object.assign(new Error("bad"), { type: "invalid_request_error" }), "MODEL_BAD_REQUEST"],
] as const)("%s is %s", (thrown, code) => {
  expect(modelError(thrown, "m").code).toBe(code);
});

test("a provider's words are shortened to what helps, without the key that they repeat", () => {
  const key = ["sk", "ant", "api03", "0123456789abcdef"].join("-");
  const refused = modelError(status(401, { message: `401 invalid x-api-key '${key}'` }), "m");
  expect(refused.message).toBe("the API refused the key (401: invalid x-api-key '[hidden]')");
  const page = `502 <html><head><title>502 Bad Gateway</title></head><body>${"x ".repeat(5_000)}</body></html>`;
  expect(modelError(status(502, { message: page }), "m").message).toBe("m: 502: 502 Bad Gateway");
  const long = modelError(status(400, { message: `400 ${"word ".repeat(500)}` }), "m").message;
  expect([long.length < 320, long.endsWith("word …")]).toEqual([true, true]);
  expect(costOfFailure(status(500, { message: `500 of ${key}` }))).toEqual({ kind: "unknown", reason: "500: of [hidden]" });
});
