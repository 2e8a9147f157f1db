import { connect } from "node:net";

/** A request as it goes over the wire; `raw` replaces all of it. */
export type Request = {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer | undefined;
  readonly chunked?: boolean;
  readonly raw?: Buffer;
};

/** `status` 0: no answer came, and `text` says why. */
export type Answer = { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly text: string };

const ANSWER_MS = 20_000;

/** Sends bytes that no HTTP library would and reads the one answer. Never throws: no answer is an answer to judge. */
export function send(url: string, request: Request): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    let why = "";
    let done = false;
    const end = (answer: Answer | undefined): void => {
      if (done) return;
      done = true;
      clearTimeout(late);
      resolve(answer ?? { status: 0, headers: new Map(), text: why || "the connection ended without an answer" });
      socket.destroy();
    };
    const late = setTimeout(() => {
      why = `no answer within ${ANSWER_MS / 1_000} s`;
      end(undefined);
    }, ANSWER_MS);
    socket.on("error", (error) => (why ||= error.message));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const answer = parse(Buffer.concat(chunks));
      if (answer !== undefined) end(answer);
    });
    socket.once("close", () => end(parse(Buffer.concat(chunks))));
    socket.write(wire(request, `${hostname}:${port}`));
  });
}

function wire(request: Request, host: string): Buffer {
  const { raw, method, path, headers, body, chunked } = request;
  if (raw !== undefined) return raw;
  const said = new Set(headers.map(([name]) => name.toLowerCase()));
  const length =
    chunked === true
      ? "transfer-encoding: chunked\r\n"
      : body === undefined || said.has("content-length")
        ? ""
        : `content-length: ${body.length}\r\n`;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${length}${lines}\r\n`, "latin1");
  if (body === undefined) return head;
  if (chunked !== true) return Buffer.concat([head, body]);
  const parts: Buffer[] = [head];
  for (let at = 0; at < body.length; at += 16_384) {
    const part = body.subarray(at, at + 16_384);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** @returns undefined while the answer is not whole */
function parse(bytes: Buffer): Answer | undefined {
  const split = bytes.indexOf("\r\n\r\n");
  if (split < 0) return undefined;
  const [first = "", ...lines] = bytes.subarray(0, split).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  if (status === 100) return parse(bytes.subarray(split + 4));
  const length = Number(headers.get("content-length") ?? 0);
  const body = bytes.subarray(split + 4);
  return body.length < length ? undefined : { status, headers, text: body.subarray(0, length).toString("utf8") };
}
