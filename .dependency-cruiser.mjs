// The import rules of the libs and services, one line each; `may` lists the only workspace packages a lib reaches.
const may = {
  contracts: [],
  "event-sourcing": ["contracts"],
  resilience: ["contracts", "event-sourcing"],
  ledger: ["contracts", "event-sourcing"],
  models: ["contracts", "event-sourcing"],
  text: ["contracts"],
  "local-model": ["contracts", "models", "text"],
  agents: ["contracts", "resilience", "ledger", "models"],
  engine: ["contracts", "event-sourcing", "resilience", "ledger", "models", "agents"],
  replay: ["contracts", "event-sourcing", "agents", "engine"],
  nats: ["contracts", "event-sourcing"],
  emit: [],
  operations: ["contracts", "event-sourcing", "resilience", "ledger", "models", "agents", "engine", "nats", "runtime"],
};

const below = Object.entries(may).map(([lib, libs]) => ({
  name: `${lib}-imports`,
  comment: `libs/${lib} may import ${libs.length > 0 ? libs.join(", ") : "no other package of this repository"}`,
  severity: "error",
  from: { path: `^libs/${lib}/` },
  to: { path: "^(libs|services)/", pathNot: `^libs/(${[lib, ...libs, "testing"].join("|")})/` },
}));

const test = "\\.test\\.ts$|/testing/";

/** The rooms of the engine, the lowest first: each may look into those before it. */
const rooms = [
  "schedules",
  "journal",
  "view",
  "execution",
  "runs",
  "steps",
  "shadow",
  "inbound",
  "read-models",
  "one-stream.ts",
  "replica.ts",
];
const ofEngine = (room) => `^libs/engine/src/${room.replace(".", "\\.")}(/|$)`;

const downwards = rooms.map((room, at) => ({
  name: `engine-${room.replace(".ts", "")}-imports-downwards`,
  comment: `of the engine's rooms ${room} looks into ${rooms.slice(0, at).join(", ") || "none"}, and into no door`,
  severity: "error",
  from: { path: ofEngine(room), pathNot: test },
  to: { path: "^libs/engine/src/", pathNot: rooms.slice(0, at + 1).map(ofEngine) },
}));

const inNatsOrTools = "^libs/nats/|^bench/|^infra/|^acceptance/";

export default {
  forbidden: [
    ...below,
    ...downwards,
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
      name: "contracts-stand-alone",
      comment: "a service's contract.ts is read by who does not run it: it imports what contracts are made of and zod only",
      severity: "error",
      from: { path: "^services/([^/]+)/src/contract\\.ts$" },
      to: { pathNot: ["^libs/contracts/", "^libs/armada-mesh/src/contracts\\.ts$", "(^|node_modules/)zod(/|$)"] },
    },
    {
      name: "shipped-teams-are-users",
      comment: "content and marketing import what everyone can: the doors of armada-mesh",
      severity: "error",
      from: { path: "^services/(content|marketing)/" },
      to: { path: "^libs/", pathNot: "^libs/armada-mesh/" },
    },
    {
      name: "permissions-behind-the-seam",
      comment:
        "who may do what on the server is said in libs/nats/src/identity and accounts; others ask access.ts, the doors hand out the names of the roles",
      severity: "error",
      from: {
        path: "^(libs|services|infra|acceptance|bench)/",
        pathNot: `^libs/nats/src/((identity|accounts)/|(index|starting)\\.ts$)|${test}`,
      },
      to: { path: "^libs/nats/src/identity/permissions\\.ts$" },
    },
    {
      name: "identities-behind-the-seam",
      comment: "seeds, keys and what is signed with them stay in libs/nats; proto/ has its vectors made by the very signer",
      severity: "error",
      from: { pathNot: "^libs/nats/src/|^infra/proto/" },
      to: { path: "^libs/nats/src/identity/" },
    },
    {
      name: "key-libraries-behind-the-seam",
      comment: "a library for nkeys, JWTs or credentials is nobody's but the seam's",
      severity: "error",
      from: { pathNot: `^libs/nats/src/identity/|${test}` },
      to: { path: "(^|node_modules/)@nats-io/(nkeys|jwt)(/|$)|(^|node_modules/)nkeys\\.js(/|$)" },
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
      from: { path: "^(libs|services)/", pathNot: `${test}|^libs/(testing/|armada-mesh/src/testing\\.ts$)` },
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
      to: { circular: true },
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
