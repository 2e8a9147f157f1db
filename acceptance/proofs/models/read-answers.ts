import { copyCheckout } from "../harness/checkout.ts";
import { armada, type Place, place, up } from "../harness/product.ts";
import { count, type Figure, holds } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { startChatServer } from "./chat-server.ts";

/** Each text as the answer of a model, asked once: it has to be read as `wanted`, and not asked for again. */
export async function* readAnswers(texts: Readonly<Record<string, string>>, wanted: unknown): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, "askers");
  const answers = Object.values(texts);
  await using server = await startChatServer((n) => ({ text: answers[n - 1] ?? "" }));
  using at = place(server.env, copy.root);
  await using _ = await up([], at);
  for (const [i, name] of Object.keys(texts).entries()) {
    const asked = await ask(at);
    yield holds(`${name}: it is read`, JSON.stringify(asked.output) === JSON.stringify(wanted), asked.said);
    yield count(`${name}: requests so far`, server.requests(), i + 1);
  }
}

async function ask(at: Place): Promise<{ readonly output: unknown; readonly said: string }> {
  const { lines, stdout, stderr } = await armada(["run", "askers.ask", "--input", "{}", "--wait", "--json"], at, 30_000);
  return { output: lines.at(-1)?.output, said: `${stdout}${stderr}` };
}
