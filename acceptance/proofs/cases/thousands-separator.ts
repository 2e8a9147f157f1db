import { readNumbers } from "@armada/text";
import { reading } from "../documents/article/document-reading.ts";
import { none, type Proof } from "../harness/proof.ts";

const FERRY =
  "# The lake ferry of Seewil\n\nThe lake ferry of Seewil carried 1'250'000 passengers in 2024. The lake ferry of Seewil has 1\u202f240 seats on two decks.\n";
/** Text, and the values that its numbers may be read as; to refuse is right as well. */
const READ: readonly (readonly [string, readonly number[]])[] = [
  ["carried 1'250'000 passengers", [1_250_000]],
  ["has 1\u00a0240 seats", [1240]],
  ["for 1.240 people", [1240]],
  ["of 45.000 litres", [45_000]],
  ["worth $1.5bn in all", [1.5e9]],
  ["a quarter of a million people", [250_000]],
  ["a budget of 1.234.567,89 euros", [1_234_567.89]],
];

/** A number is read as its place writes it, or refused; a part of it is never a number. */
export const run: Proof = async function* () {
  const { text } = await reading("ferry.md", FERRY);
  const wrong: string[] = [];
  for (const [sentence, values] of [...READ, [text, [1_250_000, 2024, 1240, 2]] as const])
    for (const number of readNumbers(sentence))
      if ("value" in number && !values.includes(number.value)) wrong.push(`${sentence}: ${number.value}`);
  yield none("numbers read as something else", wrong);
  const found = readNumbers(text).flatMap((number) => ("value" in number ? [number.value] : []));
  yield none("numbers that can be read in one way only, and were not", [1_250_000].filter((value) => !found.includes(value)).map(String));
};
