import { defineConfig } from "armada-mesh/config";

export default defineConfig({
  gateway: { port: 8080 },
  replicas: { content: 2 },
  models: { tiers: { orchestrator: "claude-sonnet-5-5" } },
  telemetry: { ratio: 0.1 },
});
