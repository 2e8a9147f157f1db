import { copyCheckout } from "../harness/checkout.ts";
import { startModelServer } from "../harness/model-server.ts";
import { type Place, place, up } from "../harness/product.ts";
import { count, type Figure, none } from "../harness/proof.ts";
import { providerLog } from "../judges/money.ts";
import { buy, differences, pricesIn } from "../judges/purchases.ts";
import { allEnded } from "../judges/runs.ts";
import { copyBuyers } from "./buyers.ts";

const ITEMS = ["apple", "bolt", "chair", "drum", "easel", "flute", "globe", "harp", "ink", "jar"];

/** Ten tasks are one request, whose answers are those of ten; a malformed one fails alone. */
export async function joined(say: (line: string) => void): Promise<Figure[]> {
  using copy = copyCheckout([]);
  copyBuyers(copy);
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices", 20);
  const paid: Place = { ...at, env: { ...at.env, ...models.env } };
  await using mesh = await up([], paid);
  let runs = 0;
  const bought = async (agent: string, items: readonly string[]): Promise<{ requests: number; prices: Record<string, number> }> => {
    const before = providerLog(models.log).length;
    const run = await buy(agent, items, paid);
    const journals = await allEnded("buyers", ++runs, () => mesh.mesh(), 60_000);
    const requests = providerLog(models.log)
      .slice(before)
      .filter(({ event }) => event === "arrival").length;
    say(`joined: ${items.length} of ${agent}, ${requests} requests`);
    return { requests, prices: pricesIn(journals.get(run)) };
  };
  const single = await bought("buyer", ITEMS);
  const together = await bought("joiner", ITEMS);
  const broken = await bought("hasty", [...ITEMS.slice(1), "broken vase"]);
  const { apple: _, ...others } = single.prices;
  return [
    count("requests for ten tasks asked singly", single.requests, ITEMS.length),
    count("requests for ten tasks asked together", together.requests, 1),
    none("answers other than those of single calls", differences(single.prices, together.prices)),
    count("requests for ten tasks, one of them malformed", broken.requests, 1),
    none("tasks beside the malformed one that failed", differences({ ...others, "broken vase": -1 }, broken.prices)),
  ].map((figure) => ({ ...figure, name: `joined: ${figure.name}` }));
}
