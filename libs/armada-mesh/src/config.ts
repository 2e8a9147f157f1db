/** `armada.config.ts`: `export default defineConfig({ gateway: { port: 8080 } })`; docs/reference/configuration.md lists what it takes. */
export { type Config, defineConfig } from "@armada/runtime";
