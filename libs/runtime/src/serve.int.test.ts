import { spawn } from "node:child_process";
import { once } from "node:events";
import { startTestMesh } from "@armada/nats/testing";
import { expect, test } from "vitest";

/** A service that listens, as the gateway does, and whose connection ends for good meanwhile. */
const SERVICE = `
  import { createServer } from "node:http";
  import { team } from "@armada/agents";
  import { serve } from "@armada/runtime";
  await serve(team({ name: "alpha", agents: [], workflows: [] }), async ({ ports }) => {
    const server = createServer().listen(0, "127.0.0.1");
    process.once("message", () => void ports.link.connection.close());
    return { close: async () => { server.close(); CLOSING } };
  });
`;

test.concurrent.each([
  ["", "is over"],
  // Nobody ends what it listens by.
  ["await new Promise(() => undefined)", "is over, and what was under way does not end"],
])("a service that can no longer serve says so and ends with a code, also where it listens: %s", async (closing, says) => {
  await using mesh = await startTestMesh([{ team: "alpha", queues: [], sources: new Map() }]);
  const service = spawn(process.execPath, ["--input-type=module-typescript", "-e", SERVICE.replace("CLOSING", closing)], {
    cwd: import.meta.dirname,
    env: { ...process.env, NATS_URL: mesh.url, NATS_CREDS: mesh.keys },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let said = "";
  service.stdout?.on("data", (chunk) => (said += chunk));
  service.on("message", (message: { readonly type: string }) => {
    if (message.type === "ready") service.send("end it");
  });
  try {
    expect(await once(service, "close")).toEqual([4, null]);
    expect(said).toContain(`NATS ${says}`);
    expect(said).toContain('"code":"CONNECTION_LOST"');
  } finally {
    service.kill("SIGKILL");
  }
});
