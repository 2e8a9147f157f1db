import { count, holds, type Proof } from "../harness/proof.ts";
import { gateway, STRUCTURED } from "./gateway.ts";

const BIG = "1524831183200260097";
const event = (id: string, n: string): string =>
  `{"specversion":"1.0","id":"${id}","source":"/t","type":"com.example.article.requested","data":{"topic":"x","documents":[],"ref":${n}}}`;

/** A number that readers would get rounded is refused, its field named, wherever it comes in; as text it is kept. */
export const run: Proof = async function* () {
  await using door = await gateway();
  const refused = await door.ask("POST", STRUCTURED, event("number", BIG));
  yield count("status of an event with a 64-bit number", refused.status, 422, refused.text);
  yield holds("its field is named", refused.text.includes('"field":"data.ref"'), refused.text);
  const kept = await door.ask("POST", STRUCTURED, event("text", `"${BIG}"`));
  yield count("status of the same as text", kept.status, 202, kept.text);
  yield count("messages stored", door.messages().length, 1);
};
