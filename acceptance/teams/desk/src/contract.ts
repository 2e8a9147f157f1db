import { capability, event, external } from "armada-mesh/contracts";
import { z } from "zod";

export const Ticket = z.object({ ticket: z.string(), text: z.string() });
export const TicketOpened = external("com.example.desk.opened", { id: (data) => data.ticket, data: Ticket });
export const ReplySent = event("desk.reply.sent", { version: 1, id: (data) => data.ticket, data: Ticket });
export const answerTicket = capability("desk.answer_ticket", { input: Ticket, output: Ticket });
