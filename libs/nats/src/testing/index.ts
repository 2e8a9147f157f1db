export { jetstreamAdapter } from "./jetstream-adapter.ts";
export { natsServerBinary, SERVER_CONF, startTestMesh, type TestMesh } from "./mesh.ts";
export { identitiesOfOneAccount } from "./one-account.ts";
