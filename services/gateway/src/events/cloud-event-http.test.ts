import { describe, expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { readEvents } from "./cloud-event-http.ts";

const attributes = { specversion: "1.0", id: "7", source: "/cms", type: "com.example.x.happened" };

function read(
  headers: Record<string, string>,
  body: string | Uint8Array,
  rawHeaders: readonly string[] = [],
): ReturnType<typeof readEvents> {
  return readEvents({ headers, rawHeaders, body: typeof body === "string" ? Buffer.from(body) : body });
}

function structured(event: unknown): ReturnType<typeof readEvents> {
  return read({ "content-type": "application/cloudevents+json" }, JSON.stringify(event));
}

function fault(act: () => unknown): { status: number; field: string | undefined } {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, field: error.more.field };
    throw error;
  }
  throw new Error("it was taken");
}

describe("the three content modes", () => {
  test("give the same event", () => {
    const [one] = structured({ ...attributes, subject: "a b", data: { n: 1 } }).events;
    const [two] = read(
      {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": "7",
        "ce-source": "/cms",
        "ce-type": attributes.type,
        "ce-subject": "a%20b",
      },
      '{"n":1}',
    ).events;
    const { batch, events } = read(
      { "content-type": "application/cloudevents-batch+json; charset=utf-8" },
      JSON.stringify([{ ...attributes, subject: "a b", data: { n: 1 } }]),
    );
    expect(batch).toBe(true);
    for (const event of [one, two, events[0]])
      expect(event).toMatchObject({ id: "7", source: "/cms", type: attributes.type, subject: "a b", data: { n: 1 } });
  });

  test("a binary header is unquoted, then percent-decoded once (HTTP binding 3.1.3.2)", () => {
    const headers = {
      "ce-specversion": "1.0",
      "ce-id": '"a\\"b"',
      "ce-source": "/cms",
      "ce-type": "x",
      "ce-subject": "Euro%20%E2%82%AC%20%2525",
    };
    expect(read(headers, "").events[0]).toMatchObject({ id: 'a"b', subject: "Euro € %25" });
  });

  test("data_base64 is the data's JSON", () => {
    expect(structured({ ...attributes, data_base64: Buffer.from('{"n":1}').toString("base64") }).events[0]?.data).toEqual({ n: 1 });
  });

  test("data is JSON, text or bytes, by its content type; or is not there", () => {
    const ce = { "ce-specversion": "1.0", "ce-id": "7", "ce-source": "/cms", "ce-type": "x" };
    const binary = (type: string | undefined, body: string | Uint8Array): unknown => {
      const { data, data_base64 } = read({ ...ce, ...(type === undefined ? {} : { "content-type": type }) }, body).events[0] ?? {};
      return { data, data_base64 };
    };
    const none = { data: undefined, data_base64: undefined };
    expect(binary("application/json", '"x"')).toEqual({ ...none, data: "x" });
    expect(binary("text/plain", "Simple text")).toEqual({ ...none, data: "Simple text" });
    expect(binary("application/xml; charset=utf-8", "\ufeff<a/>")).toEqual({ ...none, data: "\ufeff<a/>" });
    expect(binary("text/plain; charset=iso-8859-1", "x")).toEqual({ ...none, data_base64: "eA==" });
    expect(binary("text/plain", Uint8Array.of(0xff))).toEqual({ ...none, data_base64: "/w==" });
    expect(binary("image/png", "x")).toEqual({ ...none, data_base64: "eA==" });
    expect(binary(undefined, '{"n":1}')).toEqual({ ...none, data: { n: 1 } });
    expect(binary(undefined, "{")).toEqual({ ...none, data_base64: "ew==" });
    for (const type of [undefined, "text/plain", "application/json", "image/png"]) expect(binary(type, "")).toEqual(none);

    const member = (rest: object): unknown => {
      const { data, data_base64 } = structured({ ...attributes, ...rest }).events[0] ?? {};
      return { data, data_base64 };
    };
    expect(member({ datacontenttype: "text/plain" })).toEqual(none);
    expect(member({ datacontenttype: "text/plain", data: "x" })).toEqual({ ...none, data: "x" });
    expect(member({ datacontenttype: "image/png", data_base64: "eA==" })).toEqual({ ...none, data_base64: "eA==" });
    expect(member({ data_base64: "/w==" })).toEqual({ ...none, data_base64: "/w==" });
    expect(member({ datacontenttype: "text/plain", data_base64: "w6TigqwgaGk=" })).toEqual({ ...none, data: "ä€ hi" });
    expect(member({ datacontenttype: "text/csv; charset=UTF-8", data_base64: "YSxi" })).toEqual({ ...none, data: "a,b" });
    expect(member({ datacontenttype: "application/xml", data_base64: "PGEvPg==" })).toEqual({ ...none, data: "<a/>" });
    expect(member({ datacontenttype: "text/plain", data_base64: "/w==" })).toEqual({ ...none, data_base64: "/w==" });
    expect(member({ datacontenttype: "text/plain; charset=iso-8859-1", data_base64: "5A==" })).toEqual({ ...none, data_base64: "5A==" });
    expect(member({ data: null })).toEqual({ ...none, data: null });
  });

  test("an empty batch is one", () => {
    expect(read({ "content-type": "application/cloudevents-batch+json" }, "[]")).toEqual({ batch: true, events: [] });
  });

  test("a trace context of which nothing can be made is left out, and refuses nothing", () => {
    const zero = "00-00000000000000000000000000000000-0000000000000000-00";
    const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const others = (rest: object): unknown => structured({ ...attributes, ...rest }).events[0]?.others;
    for (const traceparent of [zero, "", "x", 7, {}]) expect(others({ traceparent, tracestate: "a=1" })).toEqual({});
    expect(others({ tracestate: "" })).toEqual({});
    expect(others({ traceparent: good, tracestate: "" })).toEqual({ traceparent: good });
    expect(others({ traceparent: good, tracestate: "a=1,b=2" })).toEqual({ traceparent: good, tracestate: "a=1,b=2" });
  });

  test("a header as those send it who do not encode: UTF-8, Latin-1, percent signs as they are", () => {
    const subject = (value: string): unknown =>
      read({ "ce-specversion": "1.0", "ce-id": "7", "ce-source": "/cms", "ce-type": "x", "ce-subject": value }, "").events[0]?.subject;
    expect(subject("caf\u00e9")).toBe("café");
    expect(subject(Buffer.from("Grüße €").toString("latin1"))).toBe("Grüße €");
    for (const text of ["100%", "%", "%zz", "50% of %ff", "%c3%28"]) expect(subject(text)).toBe(text);
    expect(subject("caf%C3%A9 %41 %25")).toBe("café A %");
    const source = (value: string): unknown =>
      read({ "ce-specversion": "1.0", "ce-id": "7", "ce-source": value, "ce-type": "x" }, "").events[0]?.source;
    expect(source("/a%20b")).toBe("/a%20b");
    expect(source("/a%2520b")).toBe("/a%20b");
  });

  test("a null attribute is one left out", () => {
    expect(structured({ ...attributes, subject: null, data: 1 }).events[0]?.subject).toBeUndefined();
  });
});

describe("a refusal names the field", () => {
  test.each([
    ["id", { ...attributes, id: "" }],
    ["source", { ...attributes, source: "a b" }],
    ["specversion", { ...attributes, specversion: "0.3" }],
    ["time", { ...attributes, time: "2026-02-30T00:00:00Z" }],
    ["subject", { ...attributes, subject: "a\nb" }],
    ["Upper", { ...attributes, Upper: "x" }],
    ["partitionkey", { ...attributes, partitionkey: { a: 1 } }],
    ["data_base64", { ...attributes, data: 1, data_base64: "e30=" }],
    ["data.a.$object", { ...attributes, data: { a: { $object: "x" } } }],
    ["datacontenttype", { ...attributes, datacontenttype: "plain", data: "x" }],
  ])("%s", (field, event) => expect(fault(() => structured(event)).field).toBe(field));

  test("numbers that readers would get rounded, by their place", () => {
    const body = (data: string): string => JSON.stringify({ ...attributes, data: "@" }).replace('"@"', data);
    const media = { "content-type": "application/cloudevents+json" };
    expect(fault(() => read(media, body('{"ref":1524831183200260097}')))).toEqual({ status: 422, field: "data.ref" });
    expect(fault(() => read(media, body('[0,{"a":[1e400]}]'))).field).toBe("data.1.a.0");
    const batch = `[${body("1")},${body('{"n":9007199254740993}')}]`;
    expect(fault(() => read({ "content-type": "application/cloudevents-batch+json" }, batch)).field).toBe("1.data.n");
    const ce = { "ce-specversion": "1.0", "ce-id": "7", "ce-source": "/cms", "ce-type": "x", "content-type": "application/json" };
    expect(fault(() => read(ce, '{"n":0.12345678901234567890123}')).field).toBe("data.n");
    expect(read(media, body('["1524831183200260097",9007199254740991,0.1,1e300]')).events[0]?.data).toHaveLength(4);
  });

  test("within a batch by its place", () => {
    const body = JSON.stringify([attributes, { ...attributes, id: 7 }]);
    expect(fault(() => read({ "content-type": "application/cloudevents-batch+json" }, body)).field).toBe("1.id");
  });

  test("a batch of 101", () => {
    const body = JSON.stringify(Array.from({ length: 101 }, () => attributes));
    expect(fault(() => read({ "content-type": "application/cloudevents-batch+json" }, body))).toEqual({ status: 400, field: "body" });
  });

  test("a body that is not UTF-8", () => {
    expect(fault(() => read({ "content-type": "application/cloudevents+json" }, Uint8Array.of(0x22, 0xff, 0x22)))).toEqual({
      status: 400,
      field: "body",
    });
  });

  test("a header given twice", () => {
    expect(fault(() => read({ "ce-id": "1" }, "", ["Ce-Id", "1", "ce-id", "2"])).field).toBe("ce-id");
  });
});

test("nesting that would exhaust a reader's stack is refused without exhausting ours", () => {
  const body = `{"specversion":"1.0","id":"1","source":"/","type":"x","data":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  expect(fault(() => read({ "content-type": "application/cloudevents+json" }, body))).toEqual({ status: 422, field: "data" });
});
