import type { Proof } from "../harness/proof.ts";
import { readAnswers } from "../models/read-answers.ts";

const JSON_TEXT = '{"text":"a"}';

/** Thinking and words around one JSON value, fenced or whole, are passed over. */
export const run: Proof = () =>
  readAnswers(
    {
      "thinking before it": `<think>\nplan {…}\n</think>\n\n${JSON_TEXT}`,
      "a fence with words around": `Here is the answer you asked for:\n\n\`\`\`json\n${JSON_TEXT}\n\`\`\`\n`,
      "words around it": `The note is ${JSON_TEXT}. Anything else?`,
      "thinking whose beginning is the server's": `plan {"text":"a draft"}\n</think>\n${JSON_TEXT}`,
    },
    { text: "a" },
  );
