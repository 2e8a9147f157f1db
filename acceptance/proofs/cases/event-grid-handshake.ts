import { count, holds, type Proof } from "../harness/proof.ts";
import { gateway } from "./gateway.ts";

/** The validation handshake of web hooks: who is in the allow list may deliver, nobody else. */
export const run: Proof = async function* () {
  await using door = await gateway({ webhookOrigins: ["eventgrid.azure.net"] });
  const ask = (headers: Readonly<Record<string, string>>) => door.ask("OPTIONS", headers);
  const granted = await ask({ "webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120" });
  yield count("status for an allowed origin", granted.status, 200, granted.text);
  yield holds("the origin is granted", granted.headers.get("webhook-allowed-origin") === "eventgrid.azure.net");
  yield holds("the rate that was asked for, too", granted.headers.get("webhook-allowed-rate") === "*");
  const plain = await ask({ "webhook-request-origin": "EventGrid.Azure.net" });
  yield holds("no rate where none was asked for", plain.status === 200 && plain.headers.get("webhook-allowed-rate") === null);
  const other = await ask({ "webhook-request-origin": "example.com" });
  yield holds("another origin gets nothing", other.status === 403 && other.headers.get("webhook-allowed-origin") === null, other.text);
  yield count("status without an origin", (await ask({})).status, 400);
  yield count("status without the key", (await ask({ authorization: "", "webhook-request-origin": "eventgrid.azure.net" })).status, 401);
};
