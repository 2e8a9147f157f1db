import { describe, expect, test } from "vitest";
import { z } from "zod";
import { answerShape } from "./answer-shape.ts";
import { jsonReadings } from "./answer-text.ts";
import { answerOf, nothingYet } from "./streamed.ts";

const first = (text: string): unknown => jsonReadings(text).next().value?.[0];
const Text = z.object({ text: z.string() });
const read = (text: string, stopReason?: string): unknown =>
  answerOf({ ...nothingYet("m"), text, stopReason, complete: true }, answerShape(Text), Text);
const answer = { text: 'a {b} </think> "c" [d] ```' };
const json = JSON.stringify(answer);

test.each([
  ["alone", json],
  ["behind a byte order mark", `\uFEFF${json}`],
  ["in a fence", `\`\`\`json\n${json}\n\`\`\``],
  ["in a fence of Windows lines", `Sure:\r\n\`\`\`JSON\r\n${json}\r\n\`\`\`\r\nDone.`],
  [
    "in a fence with words around",
    `Here is the answer you asked for:\n\n\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\`\nAnything else?`,
  ],
  ["with words around", `The answer is ${json}. I hope {this} helps [1].`],
  ["after thinking", `<think>\nplan {…} {"text":"a draft"}\n</think>\n\n${json}`],
  ["after thinking in a fence", `<thinking>\n\`\`\`json\n{"text":"a draft"}\n\`\`\`\n</thinking>\nSo:\n\`\`\`\n${json}\n\`\`\``],
  ["after thinking that a server opened in the prompt", `First {"text":"a draft"}, or { not.\n</think>\n${json}`],
  ["between thinking", `<think>a</think>\n<reasoning>b {"text":"c"}</reasoning> ${json}\n<think>was that right?</think>`],
  ["after nested thinking", `<think>\n<think>a</think>\n{"text":"draft"}</think>${json}`],
  ["after Mistral's thinking", `[THINK]{"text":"draft"}[/THINK]${json}`],
  ["after Kimi's thinking", `◁think▷{"text":"draft"}◁/think▷${json}`],
])("a value %s is read", (_where, text) => {
  expect(read(text)).toEqual(answer);
});

test("a scalar in a fence is read", () => {
  expect(first('The urgency:\n```\n"high"\n```')).toBe("high");
});

test("among several values the one that fits is taken, and the same one twice is one", () => {
  expect(read(`As in [1] and [2, 3]: ${json}`)).toEqual(answer);
  expect(read(`${json}\nAgain: ${json}`)).toEqual(answer);
});

describe("nothing is guessed", () => {
  test.each([
    ["two different values that fit", 'Either {"text":"a"} or {"text":"b"}', "holds 2 different values"],
    ["a part of a malformed value", '{"text": "a", "more": {"text":"b"}, }', "it is not JSON"],
    ["a part of a value without an end", '{"title": "a", "more": {"text":"b"}', "it is not JSON"],
    ["a draft in thinking without an end", '<think>\nperhaps {"text":"a"}', "it is not JSON"],
    ["words alone", "I cannot say.", "it is not JSON"],
    ["a value that does not fit", 'So: {"text": 3}', "$.text: Invalid input: expected string, received number"],
  ])("of %s", (_what, text, why) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "MODEL_ANSWER_INVALID", message: expect.stringContaining(why) }));
  });

  test("of what was cut", () => {
    expect(() => read('So: {"text":"a"} and {"text', "max_tokens")).toThrow(/cut at maxTokens/);
  });
});

test("no text takes more than time in proportion", () => {
  // Read in a time that grows by the square, it takes longer than a test may.
  for (const part of ["{", "[", "<think>\n", "</think>\n", "```\n", "```x\n", '{"', "{}", '"', "{'a'}"]) {
    const text = part.repeat(400_000 / part.length);
    expect([...jsonReadings(text)].flat().every((value) => JSON.stringify(value) === "{}" || Array.isArray(value))).toBe(true);
  }
});
