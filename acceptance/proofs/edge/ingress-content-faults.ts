import type { Request } from "../harness/raw-http.ts";
import { withHeader } from "./ingress-events.ts";
import { fault, json, type Make, withBody } from "./ingress-fault.ts";
import { pick } from "./ingress-faults.ts";

const MiB = 1024 * 1024;

/** Faults of the body: its bytes, its JSON, its shape. */
export const bodies: readonly Make[] = [
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
  (draw, { structured }) => fault("no batch", json(batch(structured), draw.one<unknown>([{}, 7, null, "x"])), 400, "body"),
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

/** Faults of the headers, of HTTP's and of the binary mode's. */
export const headers: readonly Make[] = [
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
    const name = draw.one(["id", "subject", "time"]);
    return fault(
      `ce-${name} in bytes`,
      withHeader(binary, `ce-${name}`, draw.one(["\u0080x", "a%00b", "%C2%80", "%EF%BF%BE"])),
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

/** Bodies above 1 MiB, said and unsaid. */
export const sizes: readonly Make[] = [
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

function batch(request: Request): Request {
  return withHeader(request, "content-type", "application/cloudevents-batch+json");
}
