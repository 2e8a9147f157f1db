import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { certificate } from "./testing/certificate.ts";
import { memoryGateway } from "./testing/memory-gateway.ts";
import { followTls, readTls } from "./tls.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Whose certificate it serves with, and the status line of its answer. */
function asked(url: string): Promise<{ name: string; answer: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const name = String(socket.getPeerCertificate().subject.CN);
      socket.once("data", (chunk) => {
        socket.destroy();
        resolve({ name, answer: String(chunk).split("\r\n")[0] ?? "" });
      });
      socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    });
    socket.once("error", reject);
  });
}

test("a certificate that changes is served without a restart; one that does not fit its key changes nothing", async () => {
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const write = ({ cert, key }: { cert: string; key: string }): void => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
  };
  const [one, two, three] = ["one", "two", "three"].map(certificate);
  if (one === undefined || two === undefined || three === undefined) throw new Error("no certificates");
  write(one);
  const first = await readTls(files);
  if (first === undefined) throw new Error("no certificate is read");
  await using gateway = await memoryGateway({ tls: first });
  expect(gateway.url).toMatch(/^https:/);
  const warned: string[] = [];
  const logger = { info: () => undefined, warn: (line: string) => void warned.push(line) };
  const end = new AbortController();
  const following = followTls(files, gateway.server, { first, logger, signal: end.signal, every: 20 });
  const name = async (): Promise<string> => (await asked(gateway.url)).name;
  expect(await asked(gateway.url)).toEqual({ name: "one", answer: "HTTP/1.1 200 OK" });
  write(two);
  await expect.poll(name, { timeout: 5_000 }).toBe("two");
  write({ cert: three.cert, key: two.key });
  await expect.poll(() => warned.length, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(await name()).toBe("two");
  for (const empty of [
    { ...three, cert: "" },
    { ...two, key: "\n" },
  ]) {
    const before = warned.length;
    write(empty); // as one is that is just being written
    await expect.poll(() => warned.length, { timeout: 5_000 }).toBeGreaterThan(before);
    expect(await name()).toBe("two");
  }
  write(three);
  await expect.poll(name, { timeout: 5_000 }).toBe("three");
  end.abort();
  await following;
});

test("a certificate without a key, or a file that is not there, is said", async () => {
  expect(await readTls({})).toBeUndefined();
  for (const files of [{ cert: "c" }, { key: "k" }, { cert: join(folder, "no"), key: join(folder, "no") }])
    await expect(readTls(files)).rejects.toThrow(expect.objectContaining({ code: "TLS_FILES" }));
});
