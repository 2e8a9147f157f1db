// The import rules of the libs and services, one line each; `may` lists the only workspace packages a lib reaches.
const may = {
  contracts: [],
  "event-sourcing": ["contracts"],
  resilience: ["contracts", "event-sourcing"],
  ledger: ["contracts", "event-sourcing"],
  models: ["contracts", "event-sourcing"],
  text: ["contracts"],
  "local-model": ["contracts", "models", "text"],
  agents: ["contracts", "ledger", "models"],
  engine: ["contracts", "event-sourcing", "resilience", "ledger", "models", "agents"],
  replay: ["contracts", "event-sourcing", "agents", "engine"],
  nats: ["contracts", "event-sourcing"],
  operations: ["contracts", "event-sourcing", "ledger", "models", "agents", "engine", "nats", "runtime"],
};

const below = Object.entries(may).map(([lib, libs]) => ({
  name: `${lib}-imports`,
  comment: `libs/${lib} may import ${libs.length > 0 ? libs.join(", ") : "no other package of this repository"}`,
  severity: "error",
  from: { path: `^libs/${lib}/` },
  to: { path: "^(libs|services)/", pathNot: `^libs/(${[lib, ...libs, "testing"].join("|")})/` },
}));

const inNatsOrTools = "^libs/nats/|^bench/|^infra/|^acceptance/";
const test = "\\.test\\.ts$|/testing/";

export default {
  forbidden: [
    ...below,
    {
      name: "contracts-third-party",
      comment: "libs/contracts stands on zod alone: everything else, the browser included, can import it",
      severity: "error",
      from: { path: "^libs/contracts/", pathNot: test },
      to: { path: "node_modules/", pathNot: "node_modules/(zod|ajv)/" },
    },
    {
      name: "nats-client-in-one-place",
      comment: "@nats-io/* is imported by libs/nats only (and by the raw sides of bench/ and the judges under acceptance/)",
      severity: "error",
      from: { pathNot: inNatsOrTools },
      to: { path: "(^|node_modules/)@nats-io/" },
    },
    {
      name: "nats-lib-importers",
      comment: "of the libs only runtime, operations and cli import @armada/nats; no service does",
      severity: "error",
      from: { path: "^(libs|services)/", pathNot: "^libs/(nats|runtime|operations|cli)/" },
      to: { path: "^libs/nats/" },
    },
    {
      name: "testing-is-for-tests",
      comment: "the author's test harness and the simulator are imported by tests, proofs and the bench only",
      severity: "error",
      from: { path: "^(libs|services)/", pathNot: `${test}|^libs/testing/` },
      to: { path: "^libs/testing/" },
    },
    {
      name: "cli-is-a-leaf",
      comment: "nothing imports the command line",
      severity: "error",
      from: { pathNot: "^libs/cli/" },
      to: { path: "^libs/cli/" },
    },
    {
      name: "services-by-contract",
      comment: "of another service only its contract.ts",
      severity: "error",
      from: { path: "^services/([^/]+)/" },
      to: { path: "^services/", pathNot: "^services/$1/|^services/[^/]+/src/contract\\.ts$" },
    },
    {
      name: "libs-see-contracts-of-services",
      comment: "a lib reaches into a service only for its contract.ts, and only the command line does",
      severity: "error",
      from: { path: "^libs/" },
      to: { path: "^services/", pathNot: "^services/[^/]+/src/contract\\.ts$" },
    },
    {
      name: "edges-stay-at-the-edge",
      comment: "no HTTP server and no telemetry SDK below runtime",
      severity: "error",
      from: { path: `^libs/(${Object.keys(may).join("|")})/` },
      to: { path: "(^|node_modules/)(fastify|@fastify|@opentelemetry/sdk-[^/]*)(/|$)" },
    },
    {
      name: "nothing-imports-tooling",
      comment: "the product does not depend on its tooling and its proofs",
      severity: "error",
      from: { path: "^(libs|services)/" },
      to: { path: "^(infra|acceptance|bench)/" },
    },
    {
      name: "no-circular",
      comment: "a cycle is one module in two files",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      comment: "every import resolves; the contracts of acceptance/teams for each other by `paths` of tsconfig.json, which tsc follows",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^@armada/[^/]+/contract$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^infra/containers/|^(libs|services)/[^/]+/dist/|^\\.cache/|^\\.armada/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
