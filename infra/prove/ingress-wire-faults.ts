import type { Draw } from "./contradiction-drawing.ts";
import { anEvent, type Event, requestOf, withHeader } from "./ingress-events.ts";
import { type Fault, pick } from "./ingress-faults.ts";
import type { Request } from "./raw-http.ts";

const MiB = 1024 * 1024;
type Make = (
  draw: Draw,
  about: { readonly key: string; readonly structured: Request; readonly binary: Request; readonly event: Event },
) => Fault;

function fault(what: string, request: Request, statuses: number | readonly number[], fields: string | readonly string[]): Fault {
  return { what, request, statuses: [statuses].flat(), fields: [fields].flat() };
}

function withBody(request: Request, body: Buffer | string | undefined): Request {
  return { ...request, body: typeof body === "string" ? Buffer.from(body) : body };
}

function json(request: Request, value: unknown): Request {
  return withBody(request, JSON.stringify(value));
}

const bodies: readonly Make[] = [
  (_, { structured }) => fault("no body", withBody(structured, ""), 400, "body"),
  (draw, { structured }) =>
    fault("a cut body", withBody(structured, structured.body?.subarray(0, draw.integer(1, structured.body.length - 1))), 400, "body"),
  (draw, { structured, binary }) =>
    fault(
      "not JSON",
      withBody(draw.one([structured, binary]), draw.one(["{", "nul", "{'a':1}", "<a/>", "[1,]", "{} {}", "NaN"])),
      400,
      "body",
    ),
  (draw, { structured, binary }) => {
    const bytes = draw.one([[0xff], [0xc3, 0x28], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xc0, 0xaf]]);
    return fault(
      "not UTF-8",
      withBody(draw.one([structured, binary]), Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])),
      400,
      "body",
    );
  },
  (_, { structured }) => fault("UTF-16", withBody(structured, Buffer.from(structured.body?.toString() ?? "", "utf16le")), 400, "body"),
  (draw, { structured }) => fault("no event", json(structured, draw.one<unknown>([null, 7, "x", true, [], [{}]])), 400, "body"),
  (draw, { structured }) => fault("no batch", json(batch(structured), draw.one<unknown>([{}, 7, null, "x", []])), 400, "body"),
  (draw, { structured }) => fault("a batch of no events", json(batch(structured), [draw.one<unknown>([null, 7, "x", []])]), 400, "0"),
  (draw, { structured, event }) => {
    const many = Array.from({ length: draw.integer(101, 300) }, (_, i) => ({ ...event.attributes, id: String(i), data: event.data }));
    return fault("too large a batch", json(batch(structured), many), 400, "body");
  },
  (_, { structured, event }) =>
    fault("data twice", json(structured, { ...event.attributes, data: event.data, data_base64: "e30=" }), 400, "data_base64"),
  (draw, { structured, event }) =>
    fault(
      "data_base64",
      json(structured, { ...event.attributes, data_base64: draw.one<unknown>(["*", "e30", 7, "e3 0=", "/w==", "e30=e30="]) }),
      [400, 422],
      "data_base64",
    ),
];

const headers: readonly Make[] = [
  (draw, { structured }) =>
    fault(
      "no key",
      withHeader(structured, "authorization", pick(draw, [undefined, "", "Bearer", "Basic YTpi", "Bearer  "])),
      401,
      "authorization",
    ),
  (draw, { structured, key }) =>
    fault(
      "another key",
      withHeader(structured, "authorization", `Bearer ${draw.one(["x", key.slice(1), `${key}x`, key.toLowerCase(), "ü"])}`),
      401,
      "authorization",
    ),
  (_, { structured }) => fault("no content type", withHeader(structured, "content-type", undefined), [400, 415], "content-type"),
  (draw, { structured }) => {
    const type = draw.one([
      "text/plain",
      "application/xml",
      "image/png",
      "application/cloudevents+avro",
      "application/cloudevents",
      "application/cloudevents-batch+xml",
      "multipart/form-data",
    ]);
    return fault(`content type ${type}`, withHeader(structured, "content-type", type), 415, "content-type");
  },
  (draw, { structured }) =>
    fault(
      "a broken content type",
      withHeader(structured, "content-type", draw.one(["json", "application/", "/json", ";;", "a b/c", "application/json/x"])),
      [400, 415],
      "content-type",
    ),
  (draw, { structured }) =>
    fault(
      "a charset",
      withHeader(structured, "content-type", `application/cloudevents+json; charset=${draw.one(["utf-16", "latin1", '"us-ascii"'])}`),
      415,
      "content-type",
    ),
  (draw, { structured }) =>
    fault("compressed", withHeader(structured, "content-encoding", draw.one(["gzip", "br", "zstd", "x"])), 415, "content-encoding"),
  (draw, { binary }) => {
    const name = draw.one(["id", "source", "type", "subject", "specversion"]);
    return fault(
      `ce-${name} twice`,
      { ...binary, headers: [...binary.headers, [`ce-${name}`, "1.0"], [`CE-${name}`, "1.0"]] },
      400,
      `ce-${name}`,
    );
  },
  (_, { structured }) =>
    fault(
      "content-type twice",
      { ...structured, headers: [...structured.headers, ["Content-Type", "application/json"]] },
      400,
      "content-type",
    ),
  (draw, { binary }) => {
    const name = draw.one(["id", "subject", "source", "time"]);
    return fault(
      `ce-${name} in bytes`,
      withHeader(binary, `ce-${name}`, draw.one(["caf\u00e9", "\u0080x", "%ff", "%c3%28", "%zz", "%"])),
      400,
      `ce-${name}`,
    );
  },
  (draw, { binary }) => {
    const name = draw.one(["data", "datacontenttype"]);
    return fault(`ce-${name}`, withHeader(binary, `ce-${name}`, "application/json"), 400, `ce-${name}`);
  },
  (_, { binary }) =>
    fault("no ce- header", { ...binary, headers: binary.headers.filter(([name]) => !name.startsWith("ce-")) }, 400, "ce-specversion"),
  (draw, { binary }) =>
    fault(
      "an illegal header",
      {
        ...binary,
        headers: [
          ...binary.headers,
          draw.one([
            ["ce id", "x"],
            ["ce-\u00e4", "x"],
            ["", "x"],
            ["ce-id\u0000", "x"],
            ["ce-subject", "a\u0000b"],
            ["ce(id)", "x"],
          ]),
        ],
      },
      400,
      ["headers", "request"],
    ),
  (draw, { structured }) =>
    fault("headers too large", withHeader(structured, "x-large", "x".repeat(draw.integer(17_000, 200_000))), 431, "headers"),
];

const sizes: readonly Make[] = [
  (draw, { structured }) => {
    const size = draw.one([MiB + 1, draw.integer(MiB + 1, 10 * MiB), 10 * MiB]);
    const chunked = draw.integer(1, 2) === 1;
    const request = { ...withBody(structured, Buffer.alloc(size, 0x20)), chunked };
    return fault(
      `${size} bytes${chunked ? ", chunked" : ""}`,
      draw.integer(1, 3) === 1 ? withHeader(request, "connection", "close") : request,
      413,
      "body",
    );
  },
];

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

function batch(request: Request): Request {
  return withHeader(request, "content-type", "application/cloudevents-batch+json");
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
