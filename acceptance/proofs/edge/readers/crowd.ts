import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";

/**
 * Those who read badly, in a process of their own: what they cost themselves is not the gateway's. Prints a line of JSON each
 * second: how many answers of each status the pollers got, and how many feeds and slow bodies are still open.
 */
const { values } = parseArgs({
  options: {
    url: { type: "string", default: "" },
    key: { type: "string", default: "" },
    run: { type: "string", default: "" },
    pollers: { type: "string", default: "0" },
    feeds: { type: "string", default: "0" },
    bodies: { type: "string", default: "0" },
  },
});
const { hostname, port } = new URL(values.url);
const AGAIN_MS = 50;
const DRIP_MS = 2_000;

const statuses: Record<string, number> = {};
let feeds = 0;
let bodies = 0;

function open(head: string): Socket {
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => socket.destroy());
  socket.write(`${head} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${values.key}\r\n`);
  return socket;
}

/** Asks for the whole run, again as soon as it has the answer; what it reads it throws away. */
function poll(): void {
  const socket = open(`GET /v1/runs/${values.run}`);
  socket.write("connection: close\r\n\r\n");
  socket.once("data", (chunk) => {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString("latin1"))?.[1] ?? "none";
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  socket.on("data", () => undefined);
  socket.once("close", () => setTimeout(poll, AGAIN_MS));
}

/** Asks for the feed and never reads it. */
function stare(): void {
  const socket = open(`GET /v1/runs/${values.run}/events`);
  feeds++;
  socket.write("accept: text/event-stream\r\n\r\n");
  socket.pause();
  socket.once("close", () => feeds--);
}

/** Sends almost all of a body of a megabyte, and then a byte now and then. */
function drip(): void {
  const socket = open("POST /v1/events");
  bodies++;
  socket.write("content-type: application/cloudevents+json\r\ncontent-length: 1048000\r\n\r\n");
  socket.write(Buffer.alloc(900_000, " "));
  const dripping = setInterval(() => socket.write(" "), DRIP_MS);
  socket.once("close", () => {
    clearInterval(dripping);
    bodies--;
  });
  socket.resume();
}

for (let i = 0; i < Number(values.pollers); i++) setTimeout(poll, i);
for (let i = 0; i < Number(values.feeds); i++) setTimeout(stare, i);
for (let i = 0; i < Number(values.bodies); i++) setTimeout(drip, i);
setInterval(() => process.stdout.write(`${JSON.stringify({ statuses, feeds, bodies })}\n`), 1_000);
process.once("disconnect", () => process.exit(0));
