import { agent, fold, on, readModel, team, workflow } from "armada-mesh";
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
  run: ({ input }) => ({ ticket: input.ticket, text: `read: ${input.text}` }),
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
