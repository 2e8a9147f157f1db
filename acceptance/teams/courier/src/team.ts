import { agent, on, team, workflow } from "armada-mesh";
import { z } from "zod";
import { Handed, Parcels } from "./contract.ts";

const Parcel = z.object({ url: z.url(), parcel: z.string() });
const Sent = z.object({ parcel: z.string() });

/** Fails as whoever it sends to does. */
const sending = (name: "sender" | "patient", open: "1s" | "6s") =>
  agent({
    name,
    does: "sends a parcel",
    tier: "worker",
    input: Parcel,
    output: Sent,
    limits: { attempts: 1_000, timeout: "5s", breaker: { open, drain: 50 } },
    run: async ({ input: { url, parcel }, signal }) => {
      const answer = await fetch(url, { method: "POST", body: parcel, signal });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the address answers ${answer.status}`);
      return { parcel };
    },
  });
const sender = sending("sender", "1s");
const patient = sending("patient", "6s");

const deliver = workflow({
  name: "deliver",
  version: 1,
  input: Parcels,
  output: z.object({ sent: z.int() }),
  run: async ({ url, round, parcels, by }, ctx) => {
    const which = by === "sender" ? sender : patient;
    for (let n = 1; n <= parcels; n++) await ctx.ask(which, { url, parcel: `${round}-${n}` });
    return { sent: parcels };
  },
});

export default team({
  name: "courier",
  agents: [sender, patient],
  workflows: [deliver],
  subscriptions: [on(Handed).start(deliver, (fact) => fact.data)],
});
