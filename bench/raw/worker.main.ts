import { rawClient } from "./client.ts";
import { type Chain, rawWorker } from "./steps.ts";

type Wanted = { readonly url: string; readonly keys: string; readonly chain: Chain; readonly concurrency: number };

// One of several processes that share the loop of dispatched steps; tells its parent of each end.
process.once("message", (message) => {
  const { url, keys, chain, concurrency } = message as Wanted;
  void rawClient({ url, keys, name: chain.team }).then((raw) => {
    rawWorker(raw, chain, concurrency, (run, ended) => {
      if (ended) process.send?.({ ended: run });
    });
    process.send?.({ ready: true });
  });
});
process.once("disconnect", () => process.exit());
