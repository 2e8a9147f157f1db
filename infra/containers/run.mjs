import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

// The conformance suite against the official image, by docker-compose.yml; outside `npm test`, which needs no containers.
if (process.argv.length > 2) {
  console.error("npm run test:containers takes no arguments");
  process.exit(2);
}
const root = fileURLToPath(new URL("../..", import.meta.url));
const run = (program, args, options) => spawnSync(program, args, { cwd: root, stdio: "inherit", ...options }).status;

const engine = ["docker", "podman"].find((name) => run(name, ["info"], { stdio: "ignore", timeout: 20_000 }) === 0);
if (engine === undefined) {
  console.error("no container engine runs here (tried docker and podman): start one, then npm run test:containers again");
  process.exit(4);
}

// Its own package, because testcontainers brings a hundred others that no other command wants.
if (run("npm", ["install", "--prefix", "infra/containers", "--no-audit", "--no-fund"]) !== 0) process.exit(1);
const { GenericContainer, Wait } = await import("testcontainers");
console.log(`starting nats:2.15.1-alpine by ${engine}`);
const container = await new GenericContainer("nats:2.15.1-alpine")
  .withCopyFilesToContainer([{ source: `${root}infra/nats/server.conf`, target: "/etc/nats/server.conf" }])
  .withCommand(["--config", "/etc/nats/server.conf", "--addr", "0.0.0.0", "--port", "4222", "--store_dir", "/data"])
  .withExposedPorts(4222)
  .withWaitStrategy(Wait.forLogMessage("Server is ready"))
  .start();
try {
  const NATS_URL = `nats://${container.getHost()}:${container.getMappedPort(4222)}`;
  process.exitCode = run("vitest", ["run", "--project", "integration", "libs/nats"], { env: { ...process.env, NATS_URL } }) ?? 1;
} finally {
  await container.stop();
}
