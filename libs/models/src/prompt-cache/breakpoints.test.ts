import type { MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/messages";
import { expect, test } from "vitest";
import { z } from "zod";
import { answerShape } from "../providers/answer-shape.ts";
import { requestBody } from "../providers/anthropic/request.ts";
import { marked } from "./breakpoints.ts";
import { prefixUse } from "./prefix-use.ts";

const shape = answerShape(z.object({ a: z.string() }));
const LONG = "word ".repeat(2_000);

function bodyOf(about: { system?: string; material?: readonly string[]; model?: string; format?: string }): MessageCreateParamsStreaming {
  const material = (about.material ?? []).map((text, i) => ({ name: `d${i}`, text }));
  const { system } = about;
  const request = {
    tier: "worker",
    task: "t",
    prompt: "p",
    material,
    schema: z.string(),
    ...(system === undefined ? {} : { system }),
  } as const;
  return requestBody(request, about.model ?? "claude-haiku-5-5", shape, { type: "object", title: about.format ?? "f" });
}

/** Where the marks are, and how long they hold. */
function marksOf({ system, messages }: MessageCreateParamsStreaming): string[] {
  const content = messages[0]?.content;
  const blocks = [...(Array.isArray(system) ? system : []), ...(Array.isArray(content) ? content : [])];
  return blocks.flatMap((block) => {
    if (!("cache_control" in block) || block.cache_control == null) return [];
    return [`${block.type === "document" ? (block.title ?? "") : "system"} ${block.cache_control.ttl ?? ""}`];
  });
}

/** Sends the bodies one after the other, a second apart. */
function sendAll(bodies: readonly MessageCreateParamsStreaming[], gap = 1_000): string[][] {
  const uses = prefixUse();
  return bodies.map((body, i) => {
    const sent = marked(body, uses, i * gap, "t");
    sent.began();
    return marksOf(sent.body);
  });
}

test("nothing is marked at first; the longest prefix that came again is", () => {
  const body = bodyOf({ system: LONG, material: [LONG, LONG] });
  expect(sendAll([body, body, body])).toEqual([[], ["d1 5m"], ["d1 5m"]]);
});

test("what others share is marked apart from what only this one repeats", () => {
  const one = bodyOf({ system: LONG, material: [LONG, `${LONG} one`] });
  const two = bodyOf({ system: LONG, material: [LONG, `${LONG} two`] });
  expect(sendAll([one, two, one])).toEqual([[], ["d0 5m"], ["d0 5m", "d1 5m"]]);
});

test("at most four are marked, the longest among them, and a long life is never behind a short one", () => {
  const material = Array.from({ length: 8 }, (_, i) => `${LONG}${i}`);
  // Ever longer beginnings, each twice: each document has been seen more often than the next.
  const bodies = material.flatMap((_, i) => [1, 2].map(() => bodyOf({ material: material.slice(0, 8 - i) }))).reverse();
  const last = sendAll(bodies).at(-1) ?? [];
  expect(last).toHaveLength(4);
  expect(last.at(-1)).toBe("d7 5m");
  const hours = sendAll(bodies, 10 * 60_000).map((marks) => marks.map((mark) => mark.split(" ")[1]));
  for (const lives of hours) expect(lives).toEqual(lives.toSorted((a, b) => (a ?? "").localeCompare(b ?? "")));
});

test("what is too short to be cached is not marked, and another format or model is another prefix", () => {
  const short = bodyOf({ system: "You sort.", material: ["A line."] });
  expect(sendAll([short, short])).toEqual([[], []]);
  const middling = { material: ["word ".repeat(1_000)] };
  expect(sendAll([bodyOf(middling), bodyOf(middling)])).toEqual([[], ["d0 5m"]]);
  const older = { ...middling, model: "claude-haiku-4-5" };
  expect(sendAll([bodyOf(older), bodyOf(older)])).toEqual([[], []]);
  expect(sendAll([bodyOf(middling), bodyOf({ ...middling, format: "g" }), bodyOf({ ...middling, model: "claude-opus-5-5" })])).toEqual([
    [],
    [],
    [],
  ]);
});

test("a request is the same but for its marks", () => {
  const body = bodyOf({ system: LONG, material: [LONG] });
  const uses = prefixUse();
  expect(marked(body, uses, 0, "t").body).toEqual(body);
  const again = marked(body, uses, 1, "t").body;
  const bare: unknown = JSON.parse(JSON.stringify(again, (key, value: unknown) => (key === "cache_control" ? undefined : value)));
  expect(bare).toEqual(body);
});
