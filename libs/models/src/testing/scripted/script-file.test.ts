import { expect, test } from "vitest";
import { readScript } from "./script-file.ts";

const wrong = (text: string): string => {
  try {
    readScript(text, "s.yml");
    return "it was read";
  } catch (error) {
    return error instanceof Error ? `${Reflect.get(error, "code")} ${error.message}` : String(error);
  }
};

test("JSON and YAML say the same", () => {
  const yaml = readScript('answers:\n  - when: { prompt: "/tram/i" }\n    text: yes\n    delay: 2s\n', "s.yml");
  const json = readScript('{"answers":[{"when":{"prompt":"/tram/i"},"text":"yes","delay":"2s"}]}', "s.json");
  for (const { answers } of [yaml, json]) {
    expect(answers).toMatchObject([{ text: "yes", delay: 2_000 }]);
    expect(["A Tram", "a bus"].map((said) => answers[0]?.when?.prompt?.(said))).toEqual([true, false]);
  }
});

test.each([
  ['answers:\n  - text: "a\n', /^SCRIPT_INVALID s\.yml:3:1: Missing closing/],
  ["answers:\n  - text: a\n    delay: soon\n", /^SCRIPT_INVALID s\.yml:3:5: answers\[0\]\.delay: "soon" is no length of time/],
  ["answers:\n  - text: a\n    colour: red\n", /s\.yml:3:5: answers\[0\]\.colour: there is no such member/],
  ["answers:\n  - text: a\n    json: 1\n", /s\.yml:2:5: answers\[0\]: has text and json: give one of text, json and error/],
  ["answers:\n  - when: { prompt: a }\n", /s\.yml:2:5: answers\[0\]: has no answer/],
  ["answers:\n  - when: { prompt: /(/ }\n    text: a\n", /s\.yml:2:13: answers\[0\]\.when\.prompt: Invalid regular expression/],
  ["answers:\n  - error: { status: 200 }\n", /s\.yml:2:14: answers\[0\]\.error\.status/],
  ["answers:\n  - error: { status: 429 }\n    breaks: true\n", /answers\[0\]: an error does not break/],
  ["- text: a\n", /s\.yml:1:1: Invalid input: expected object/],
  ["", /s\.yml: it has neither answers nor a default/],
])("%j is refused with its place", (text, said) => {
  expect(wrong(text)).toMatch(said);
});
