import { connectTeam } from "@armada/nats";
import { loud } from "./asking.ts";
import { startOurs } from "./place.ts";

// One replica of `ours` in a process of its own, on the server that its parent names.
process.once("message", (message) => {
  const { url, keys } = message as { readonly url: string; readonly keys: string };
  const connect = (team: string): ReturnType<typeof connectTeam> => connectTeam({ servers: url, keys, team, logger: loud });
  void startOurs({ connect }).then(() => process.send?.({ ready: true }));
});
process.once("disconnect", () => process.exit());
