export { jetstreamAdapter } from "./jetstream-adapter.ts";
export { natsServerBinary, SERVER_CONF, startTestMesh, type TestMesh } from "./mesh.ts";
