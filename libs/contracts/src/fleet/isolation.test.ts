import { expect, test } from "vitest";
import { parseMessage } from "../envelope.ts";
import { type Isolation, isolationIn, isolationMessage } from "./isolation.ts";

const at = "2026-01-01T00:00:00.000Z";
const isolation: Isolation = {
  prefix: "content.illustrate",
  status: "isolated",
  since: at,
  until: "2026-01-01T00:10:00.000Z",
  why: "the images are wrong",
  by: "ada",
  revision: 7,
};

function read(subject: string, body: string, change: object = {}): ReturnType<typeof isolationIn> {
  const [envelope] = parseMessage(subject, body).envelopes ?? [];
  if (envelope === undefined) throw new Error("no envelope");
  return isolationIn({ ...envelope, ...change });
}

test("an isolation comes back as it was written, of a team and of an agent", () => {
  for (const prefix of ["content", "content.illustrate"]) {
    const { subject, body } = isolationMessage({ ...isolation, prefix }, at);
    expect(subject).toBe(`fleet.isolation.${prefix}`);
    expect(read(subject, body)).toEqual({ ...isolation, prefix });
  }
});

test("what stands under another name, is of a newer version or is no isolation, is none", () => {
  const { subject, body } = isolationMessage(isolation, at);
  expect(parseMessage("fleet.isolation.content", body).why).toContain("does not agree");
  expect(read(subject, body, { schemaversion: 2 })).toContain("version 2");
  expect(read(subject, body, { data: { ...isolation, until: "soon" } })).toContain("until");
  expect(read(subject, body, { data: { ...isolation, prefix: "content" } })).toBe("it speaks of content");
});
