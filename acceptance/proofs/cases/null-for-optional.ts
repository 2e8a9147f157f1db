import type { Proof } from "../harness/proof.ts";
import { readAnswers } from "../models/read-answers.ts";

/** `null` stands for "left out" where the schema has an optional property that is not nullable. */
export const run: Proof = () => readAnswers({ "null for two optional properties": '{"text":"a","tags":null,"note":null}' }, { text: "a" });
