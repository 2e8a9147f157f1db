import { describe, expect, test } from "vitest";
import { readEvents } from "./cloud-event-http.ts";
import { Problem } from "./problem.ts";

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
    expect(read(headers, "").events[0]).toMatchObject({ id: 'a"b', subject: "Euro € %25", data: undefined });
  });

  test("data_base64 is the data's JSON", () => {
    expect(structured({ ...attributes, data_base64: Buffer.from('{"n":1}').toString("base64") }).events[0]?.data).toEqual({ n: 1 });
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
    ["datacontenttype", { ...attributes, datacontenttype: "text/plain", data: "x" }],
  ])("%s", (field, event) => expect(fault(() => structured(event)).field).toBe(field));

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
