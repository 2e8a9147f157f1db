import { join } from "node:path";
import { type Started, startService } from "../harness/by-hand.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { freePort, startNats } from "../harness/nats-by-hand.ts";
import { armada, type Ended, type Place, pause, place } from "../harness/product.ts";
import { count, type Figure, none, type Proof } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";

/** Enough for each of the two replicas to get some. */
const ASKS = 6;

/** Replicas of `answerer` run; then the team `asker` is provisioned and asks them: whichever gets an ask answers it. */
export const run: Proof = async function* (): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, "answerer");
  using at = place({}, copy.root);
  const keys = join(at.cwd, "keys");
  const port = await freePort();
  const nats = `nats://127.0.0.1:${port}`;
  const meant: Place = { ...at, env: { ...at.env, NATS_URL: nats, NATS_CREDS: keys } };
  const provision = async (): Promise<Ended> => armada(["provision", "--keys", keys, "--nats", nats], at);
  await armada(["provision", "--keys", keys], at); // makes the identities; there is no server yet
  const server = await startNats(at.cwd, { port, keys });
  const services: Started[] = [];
  try {
    await provision();
    services.push(startService("answerer", meant), startService("answerer", meant));
    await Promise.all(services.map((one) => one.says(/ serves\b/u)));
    copyTeam(copy, "asker");
    await armada(["provision", "--keys", keys], at); // its identity, before the server knows it
    // Twice, as the page on security says: what an account imports that a reload adds works from the next reload on.
    server.reload();
    await pause(1_000);
    server.reload();
    const late = await provision();
    yield count("provision of the late team: exit code", late.code, 0, late.stdout + late.stderr);
    services.push(startService("asker", meant));
    await services.at(-1)?.says(/ serves\b/u);
    const ended = await Promise.all(
      Array.from({ length: ASKS }, () => armada(["run", "asker.ask", "--input", '{"text":"help"}', "--wait", "--json"], meant)),
    );
    yield none(
      "asks of the late team that were not answered",
      ended.flatMap(({ code, lines, stderr }) => (code === 0 ? [] : [`${JSON.stringify(lines.at(-1))} ${stderr}`])),
    );
    yield none(
      "messages that a replica did not take",
      services.flatMap(({ said }) => said().match(/[^\n]*is not taken[^\n]*/gu) ?? []),
    );
  } finally {
    for (const { child } of services) child.kill("SIGTERM");
    await Promise.all(services.map((one) => one.gone));
    await server.stop();
  }
};
