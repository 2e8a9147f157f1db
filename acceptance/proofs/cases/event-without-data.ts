import { copyCheckout } from "../harness/checkout.ts";
import { armada, place, until, up } from "../harness/product.ts";
import { count, holds, type Proof } from "../harness/proof.ts";
import { send } from "../harness/raw-http.ts";
import { copyTeam } from "../harness/teams.ts";

const TYPE = "org.other.thing.happened";

/** An event without data is stored, listed and starts what it should, with source, id and time as its sender gave them. */
export const run: Proof = async function* () {
  using copy = copyCheckout();
  copyTeam(copy, "listener");
  using at = place({}, copy.root);
  await using mesh = await up(["--port", "0", "--only", "listener,gateway"], at);
  const { gateway = "", key = "" } = mesh.mesh();
  const began = Date.now();
  const events = [
    { specversion: "1.0", id: "n2", source: "/x", type: TYPE },
    { specversion: "1.0", id: "n2", source: "/y", type: TYPE, time: "1999-12-31T23:59:59+01:00" },
    { specversion: "1.0", id: "n3", source: "/x", type: TYPE, data_base64: "AP8=" },
  ];
  for (const event of events) {
    const { status, text } = await send(gateway, {
      method: "POST",
      path: "/v1/events",
      headers: [
        ["authorization", `Bearer ${key}`],
        ["content-type", "application/cloudevents+json"],
      ],
      body: Buffer.from(JSON.stringify(event)),
    });
    yield count(`status of ${JSON.stringify(event)}`, status, 202, text);
  }
  const { lines } = await armada(["events", "list", "--team", "gateway", "--json"], at);
  const listed = lines.filter(({ natssubject }) => String(natssubject).startsWith("evt."));
  yield count("events listed", listed.length, events.length);
  const shown = async (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await armada(["events", "list", "--team", "listener", "--json"], at)).lines.filter(({ type }) => type === "armada.run.ended");
  const ended = await until("a run of each", 60_000, async () => {
    const now = await shown();
    return now.length >= events.length ? now : undefined;
  });
  const outputs = ended.map(({ data }) => (data as { output: Record<string, string> }).output);
  for (const event of events) {
    const heard = outputs.find(({ id, source }) => id === event.id && source === event.source);
    const arrived = Date.parse(heard?.arrived ?? "");
    yield holds(
      `what it started heard ${event.source} ${event.id} as it was sent`,
      heard?.time === (event.time ?? heard?.arrived) && heard?.data === event.data_base64 && arrived >= began,
      JSON.stringify(heard),
    );
  }
  const findings = (await armada(["doctor", "--json"], at)).lines.filter(({ name }) => String(name).endsWith(": forged, not taken"));
  yield holds(
    "the doctor counts nothing as forged",
    findings.length > 0 && findings.every(({ ok }) => ok === true),
    JSON.stringify(findings),
  );
};
