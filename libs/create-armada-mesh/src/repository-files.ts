/**
 * The files of a new repository by path, without those of its team: `name` is that of its package.json, `version` that of
 * `armada-mesh`.
 */
export function repositoryFiles(name: string, version: string): ReadonlyMap<string, string> {
  const about = {
    name,
    version: "0.0.0",
    private: true,
    type: "module",
    scripts: { start: "armada up", dev: "armada dev", test: "vitest run", check: "tsc" },
    engines: { node: ">=20" },
    dependencies: { "armada-mesh": `^${version}`, zod: "4.6.7" },
    devDependencies: { "@types/node": "24.10.1", typescript: "7.0.2", vitest: "4.1.12" },
  };
  return new Map([
    ["package.json", `${JSON.stringify(about, undefined, 2)}\n`],
    ["tsconfig.json", `${JSON.stringify(TSCONFIG, undefined, 2)}\n`],
    [".gitignore", "node_modules/\n.armada/\n*.key\n*.secret\n"],
    ["compose.yml", COMPOSE],
    [".github/workflows/ci.yml", CI],
    ["README.md", README.replace("TITLE", name)],
  ]);
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    types: ["node"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    // Node runs these files as they are, and only strips their types.
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ["services", "*.config.ts"],
};

const COMPOSE = `# The whole mesh in one container: \`npm install\`, then \`docker compose up\`. Streams and identities stay in the volume.
services:
  mesh:
    image: node:24-bookworm-slim
    working_dir: /app
    # Inside the container only its own network is loopback; \`ports\` binds to this machine's loopback.
    command: ["npx", "armada", "up", "--host", "0.0.0.0", "--port", "8080"]
    environment:
      - ANTHROPIC_API_KEY
      - OPENAI_API_KEY
    volumes:
      - .:/app
      - mesh:/app/.armada
    ports:
      - "127.0.0.1:8080:8080"
    init: true
    # Running steps end before the container does.
    stop_grace_period: 45s

volumes:
  mesh:
`;

const CI = `name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - run: npm run check
      # What breaks readers or writers since the last \`npx armada contracts snapshot\`, once there is one.
      - run: test ! -e contracts.json || npx armada contracts check
      - run: npm test
`;

const README = `# TITLE

Teams of AI agents on Armada. Each team is a folder of \`services/\`: what others may know of it (\`contract.ts\`), its agents, workflows
and read models, and a table of contents (\`team.ts\`).

| command | does |
|---|---|
| \`npm start\` | runs the mesh here until Ctrl-C; the first start brings nats-server |
| \`npm run dev\` | the same, and restarts the teams whose files change, each in a second; what is wrong with them is said in place |
| \`npm test\` | tests the teams in memory, without a server |
| \`npm run check\` | checks the types |
| \`npx armada new team NAME\` | adds a team |
| \`npx armada contracts snapshot\` | writes down, with a release, what the teams promise others; CI then says what breaks |
| \`npx armada --help\` | all else: runs, events, costs, health |
| \`docker compose up\` | runs the mesh in a container |

Models answer once \`ANTHROPIC_API_KEY\` or \`OPENAI_API_KEY\` is set; without a key a local model answers, which is good enough to
try things. All that the mesh keeps is in \`.armada/\`.
`;
