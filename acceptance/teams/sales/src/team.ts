import { on, team, workflow } from "armada-mesh";
import { external } from "armada-mesh/contracts";
import { z } from "zod";

/** Not what `support` takes the same event for. */
const Ticket = z.object({ number: z.string() });
const Opened = external("com.example.ticket.opened", { id: ({ number }) => number, data: Ticket });
const take = workflow({ name: "take", version: 1, input: Ticket, output: Ticket, run: async (ticket) => ticket });

export default team({ name: "sales", workflows: [take], subscriptions: [on(Opened).start(take, ({ data }) => data)] });
