import type { Socket } from "node:net";
import type { NatsConnection } from "@nats-io/transport-node";

/**
 * Destroys the socket under a connection. The client (3.4.0) ends a dead connection only after the system has taken what it
 * still has to send, which a peer that reads nothing puts off for many minutes. Where the client does not show its socket
 * nothing happens, and the system's own time-out decides.
 */
export function destroySocket(connection: NatsConnection): void {
  const { protocol } = connection as unknown as { readonly protocol?: { readonly transport?: { readonly socket?: Partial<Socket> } } };
  protocol?.transport?.socket?.destroy?.();
}
