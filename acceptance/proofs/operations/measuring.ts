import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";

// Loaded before a command (`node --import`): what it used is in the file MEASURED_INTO when it has ended.
const sockets: Socket[] = [];
subscribe("net.client.socket", (message) => {
  if (typeof message === "object" && message !== null && "socket" in message && message.socket instanceof Socket)
    sockets.push(message.socket);
});
process.once("exit", () => {
  const bytesRead = sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.MEASURED_INTO ?? "", JSON.stringify({ peakKb: maxRSS, cpuUs: userCPUTime + systemCPUTime, bytesRead }));
});
