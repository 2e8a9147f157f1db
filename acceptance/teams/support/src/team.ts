import { on, team, workflow } from "armada-mesh";
import { external } from "armada-mesh/contracts";
import { z } from "zod";

const Ticket = z.object({ id: z.string() });
const Opened = external("com.example.ticket.opened", { id: ({ id }) => id, data: Ticket });
const take = workflow({ name: "take", version: 1, input: Ticket, output: Ticket, run: async (ticket) => ticket });

export default team({ name: "support", workflows: [take], subscriptions: [on(Opened).start(take, ({ data }) => data)] });
