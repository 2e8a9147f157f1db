import type { Draw } from "../documents/contradictions/contradiction-drawing.ts";
import type { Request } from "../harness/raw-http.ts";
import { bodies, headers, sizes } from "./ingress-content-faults.ts";
import { anEvent, type Event, requestOf, withHeader } from "./ingress-events.ts";
import { fault, json, type Make } from "./ingress-fault.ts";
import { type Fault, pick } from "./ingress-faults.ts";

const wires: readonly Make[] = [
  (draw, { structured }) =>
    fault(
      "no such path",
      { ...structured, path: draw.one(["/v1/event", "/v1/events/1", "/v1//events", "/", "/v2/events", "/v1/events/../x", "/V1/EVENTS"]) },
      [401, 404],
      ["path", "authorization"],
    ),
  (draw, { structured }) =>
    fault("no such method", { ...structured, method: draw.one(["PUT", "PATCH", "DELETE", "GET"]) }, [400, 405], "method"),
  (draw, { structured }) =>
    fault("an unknown method", { ...structured, method: draw.one(["FOO", "post", "P(ST", "EVENT"]) }, [400, 405], ["method", "request"]),
  (_, { structured }) => fault("an undecodable path", { ...structured, path: "/v1/%zz" }, [400, 404], "path"),
  (draw, { structured }) =>
    fault(
      "a path with bytes",
      { ...structured, path: draw.one(["/v1/ev ents", "/v1/\u0000", "/v1/\u00e4"]) },
      [400, 404],
      ["path", "request"],
    ),
  (draw, { structured }) =>
    fault(
      "a broken length",
      withHeader(structured, "content-length", draw.one(["x", "-1", "1e3", "99999999999999999999999"])),
      [400, 413],
      ["content-length", "body", "request"],
    ),
  (_, { structured }) =>
    fault("two lengths", { ...structured, headers: [...structured.headers, ["content-length", "5"], ["content-length", "6"]] }, 400, [
      "content-length",
      "request",
    ]),
  (_, { structured }) =>
    fault(
      "length and chunks",
      { ...structured, headers: [...structured.headers, ["content-length", "5"], ["transfer-encoding", "chunked"]] },
      400,
      ["content-length", "transfer-encoding", "request"],
    ),
  (draw, { structured, key }) => {
    const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/cloudevents+json\r\ntransfer-encoding: chunked\r\n\r\n`;
    return fault(
      "broken chunks",
      { ...structured, raw: Buffer.from(head + draw.one(["zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n", "2 {}\r\n0\r\n\r\n"])) },
      400,
      ["transfer-encoding", "request", "body"],
    );
  },
  (draw, { structured }) =>
    fault(
      "no HTTP",
      {
        ...structured,
        raw: Buffer.from(
          draw.one([
            "\r\n\u0016\u0003\u0001\u0002\u0000\u0001",
            "HELO gateway\r\n\r\n",
            "POST /v1/events\r\n\r\n",
            "POST /v1/events HTTP/9.9\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
          ]),
          "latin1",
        ),
      },
      [400, 401],
      ["request", "method", "headers", "path", "host", "authorization"],
    ),
];

const expectations: readonly Make[] = [
  (_, { structured }) => fault("an expectation", withHeader(structured, "expect", "a-miracle"), 417, "expect"),
  (_, { structured }) =>
    fault("a tunnel", { ...structured, raw: Buffer.from("CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n") }, 405, "method"),
];

const runs: readonly Make[] = [
  (draw, about) => fault("a run that is none", post(about, "/v1/runs", draw.one<unknown>([7, "x", null, []])), 422, "body"),
  (draw, about) =>
    fault(
      "no workflow",
      post(about, "/v1/runs", {
        workflow: pick<unknown>(draw, [undefined, 7, "", "content", "content.", "a.b.c", "content.*", "content.Create", ">.x"]),
      }),
      422,
      "workflow",
    ),
  (_, about) => fault("no such team", post(about, "/v1/runs", { workflow: "nobody.create_article", input: {} }), 422, "workflow"),
  (draw, about) =>
    fault(
      "a bad run key",
      post(about, "/v1/runs", { workflow: "content.create_article", key: draw.one<unknown>([7, "", "x".repeat(1_025), {}]) }),
      422,
      "key",
    ),
  (_, about) => fault("an unknown member", post(about, "/v1/runs", { workflow: "content.create_article", inputs: {} }), 422, "inputs"),
  (_, about) =>
    fault(
      "an object of the mesh",
      post(about, "/v1/runs", { workflow: "content.create_article", input: { $object: "x", size: 1, team: "content" } }),
      422,
      "input.$object",
    ),
  (draw, about) =>
    fault(
      "no such run",
      {
        ...get(about),
        path: `/v1/runs/${draw.one(["nobody", "*", "%3E", "a.b", "%2A.%2A", "a%20b", "%00", "x".repeat(200), "%E4%B8%AD"])}`,
      },
      [404, 422],
      "id",
    ),
  (draw, about) =>
    fault(
      "no such approval",
      post(about, `/v1/runs/nobody/approvals/${draw.one(["0", "x", "-1", "1.5", "99999999999"])}`, { approved: true }),
      422,
      "n",
    ),
  (draw, about) =>
    fault(
      "no answer",
      post(about, "/v1/runs/nobody/approvals/1", draw.one<unknown>([{}, { approved: "yes" }, { approved: 1 }])),
      422,
      "approved",
    ),
  (_, about) => fault("an approval of no run", post(about, "/v1/runs/nobody/approvals/1", { approved: true }), 404, "id"),
];

function post({ structured }: { structured: Request }, path: string, value: unknown): Request {
  return { ...json(withHeader(structured, "content-type", "application/json"), value), path };
}

function get({ structured }: { structured: Request }): Request {
  return { method: "GET", path: "/", headers: structured.headers.filter(([name]) => name === "authorization") };
}

/** A request at fault in its body, headers, size or HTTP, or one of the runs' routes. */
export function wireFault(draw: Draw, key: string): Fault {
  const kind = draw.integer(1, 100);
  const makers = kind <= 30 ? bodies : kind <= 65 ? headers : kind <= 70 ? sizes : kind <= 85 ? [...wires, ...expectations] : runs;
  const { attributes } = anEvent(draw, "faulty");
  const { specversion, id, source, type } = attributes;
  const event: Event = { attributes: { specversion, id, source, type }, data: { topic: "t", documents: [] } };
  return draw.one(makers)(draw, { key, event, structured: requestOf(event, "structured", key), binary: requestOf(event, "binary", key) });
}
