import { ArmadaError } from "@armada/contracts";
import type { Expectation } from "@armada/event-sourcing";
import { headers, type MsgHdrs } from "@nats-io/transport-node";

/**
 * The headers of an append that expects something, written out: the client (3.4.0) takes eight times as long over them.
 * @throws ArmadaError `BAD_TOKEN` where the filter holds a line break
 */
export function expecting(subject: string, { filter, last }: Expectation): MsgHdrs {
  if (/[\r\n]/.test(filter)) throw new ArmadaError("BAD_TOKEN", `${JSON.stringify(filter)} cannot be a filter`);
  const sequence = header("Nats-Expected-Last-Subject-Sequence", String(last));
  const over = filter === subject ? "" : header("Nats-Expected-Last-Subject-Sequence-Subject", filter);
  return Object.assign(headers(), { encode: () => Buffer.from(`NATS/1.0\r\n${sequence}${over}\r\n`) });
}

function header(name: string, value: string): string {
  return `${name}: ${value}\r\n`;
}
