import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "../harness/checkout.ts";

const FILES = {
  "package.json": JSON.stringify({
    name: "@armada/desk",
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  }),
  "src/main.ts": `import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
`,
  "src/contract.ts": `import { capability, event, external } from "@armada/contracts";
import { z } from "zod";

export const Ticket = z.object({ ticket: z.string(), text: z.string() });
export const TicketOpened = external("com.example.desk.opened", { id: (data) => data.ticket, data: Ticket });
export const ReplySent = event("desk.reply.sent", { version: 1, id: (data) => data.ticket, data: Ticket });
export const answerTicket = capability("desk.answer_ticket", { input: Ticket, output: Ticket });
`,
  "src/team.ts": `import { agent, fold, on, readModel, team, workflow } from "@armada/agents";
import { answerTicket, ReplySent, Ticket, TicketOpened } from "./contract.ts";

type Tickets = Readonly<Record<string, string>>;

const tickets = readModel<Tickets>({
  name: "tickets",
  version: 1,
  initial: () => ({}),
  folds: [
    fold(TicketOpened, (rows, { data }) => ({ ...rows, [data.ticket]: "open" })),
    fold(ReplySent, (rows, { data }) => ({ ...rows, [data.ticket]: data.text })),
  ],
});

const clerk = agent({
  name: "clerk",
  does: "answers a ticket",
  tier: "worker",
  input: Ticket,
  output: Ticket,
  run: ({ input }) => ({ ticket: input.ticket, text: "read: " + input.text }),
});

const answer = workflow({
  name: "answer",
  version: 1,
  input: Ticket,
  output: Ticket,
  async run(ticket, ctx) {
    const reply = await ctx.ask(clerk, ticket);
    await ctx.approval("send it?", { show: reply, within: "1h", otherwise: "cancel" });
    await ctx.emit(ReplySent, reply);
    return reply;
  },
});

export default team({
  name: "desk",
  agents: [clerk],
  workflows: [answer],
  readModels: [tickets],
  provides: [answerTicket.by(answer)],
  subscriptions: [on(TicketOpened).start(answer, (ticket) => ticket.data)],
  emits: [ReplySent],
});
`,
};

/** Writes the team `desk`, whose runs wait for a person: what is forged meets an open run. */
export function writeDesk(copy: Checkout): void {
  for (const [path, text] of Object.entries(FILES)) copy.write(`services/desk/${path}`, text);
  symlinkSync(join(copy.root, "services/desk"), join(copy.root, "node_modules/@armada/desk"));
}
