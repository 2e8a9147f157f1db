export { jetstreamAdapter } from "./jetstream-adapter.ts";
export { natsServerBinary, startTestMesh, type TestMesh } from "./mesh.ts";
