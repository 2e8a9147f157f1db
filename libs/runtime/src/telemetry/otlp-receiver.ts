import { createServer } from "node:http";

/** A span as it arrived, for tests. Times and links are not read. */
export type ReceivedSpan = {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Names of its events. */
  readonly events: readonly string[];
  /** What these say, in the same order. */
  readonly said: readonly Readonly<Record<string, string | number | boolean>>[];
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string;
};

/** What a counter stands at, as it arrived. */
export type ReceivedCount = {
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly value: number;
};

export type OtlpReceiver = AsyncDisposable & {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The newest of each counter, of each process. */
  counts(): readonly ReceivedCount[];
  readonly headers: readonly string[];
};

/** An OTLP/HTTP endpoint on loopback that keeps the spans and counts it is sent. `status` is what it answers; 200 unless said. */
export async function startOtlpReceiver(options: { status?: number } = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const counts = new Map<string, ReceivedCount>();
  const headers: string[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      headers.push(JSON.stringify(req.headers));
      if (req.url === "/v1/traces") spans.push(...spansOf(Buffer.concat(chunks)));
      if (req.url === "/v1/metrics")
        for (const one of countsOf(Buffer.concat(chunks)))
          counts.set(JSON.stringify([one.service, one.instance, one.name, one.attributes]), one);
      res.writeHead(options.status ?? 200, { "content-type": "application/x-protobuf" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    counts: () => [...counts.values()],
    headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// Field numbers: github.com/open-telemetry/opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto.
function spansOf(request: Buffer): ReceivedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const resource = messages(resourceSpans, 1)[0] ?? Buffer.alloc(0);
    const service = String(keyValues(messages(resource, 1))["service.name"] ?? "");
    const all = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return all.map((span) => ({
      service,
      traceId: hex(span, 1),
      spanId: hex(span, 2),
      parentSpanId: hex(span, 4),
      name: text(span, 5),
      kind: number(span, 6),
      attributes: keyValues(messages(span, 9)),
      events: messages(span, 11).map((event) => text(event, 2)),
      said: messages(span, 11).map((event) => keyValues(messages(event, 3))),
      status: number(messages(span, 15)[0] ?? Buffer.alloc(0), 3),
      statusMessage: text(messages(span, 15)[0] ?? Buffer.alloc(0), 2),
    }));
  });
}

// metrics/v1/metrics.proto: of sums the data points that are whole numbers.
function countsOf(request: Buffer): ReceivedCount[] {
  return messages(request, 1).flatMap((resourceMetrics) => {
    const resource = keyValues(messages(messages(resourceMetrics, 1)[0] ?? Buffer.alloc(0), 1));
    const who = { service: String(resource["service.name"] ?? ""), instance: String(resource["service.instance.id"] ?? "") };
    const all = messages(resourceMetrics, 2).flatMap((scopeMetrics) => messages(scopeMetrics, 2));
    return all.flatMap((metric) =>
      messages(messages(metric, 7)[0] ?? Buffer.alloc(0), 1).map((point) => ({
        ...who,
        name: text(metric, 1),
        attributes: keyValues(messages(point, 7)),
        value: Number((messages(point, 6)[0] ?? Buffer.alloc(8)).readBigInt64LE()),
      })),
    );
  });
}

function keyValues(pairs: readonly Buffer[]): Record<string, string | number | boolean> {
  return Object.fromEntries(pairs.map((pair) => [text(pair, 1), anyValue(messages(pair, 2)[0] ?? Buffer.alloc(0))]));
}

function anyValue(value: Buffer): string | number | boolean {
  for (const { field, bytes, int } of fields(value)) {
    if (field === 1) return bytes.toString("utf8");
    if (field === 2) return int === 1n;
    if (field === 3) return Number(BigInt.asIntN(64, int));
    if (field === 4) return bytes.readDoubleLE();
  }
  return "";
}

const messages = (message: Buffer, wanted: number): Buffer[] =>
  fields(message).flatMap(({ field, bytes }) => (field === wanted ? [bytes] : []));
const text = (message: Buffer, wanted: number): string => messages(message, wanted)[0]?.toString("utf8") ?? "";
const hex = (message: Buffer, wanted: number): string => messages(message, wanted)[0]?.toString("hex") ?? "";
const number = (message: Buffer, wanted: number): number => Number(fields(message).find(({ field }) => field === wanted)?.int ?? 0n);

/** The protobuf wire format; source: protobuf.dev/programming-guides/encoding. */
function fields(message: Buffer): { field: number; bytes: Buffer; int: bigint }[] {
  const found: { field: number; bytes: Buffer; int: bigint }[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const int = wire === 0 ? varint() : 0n;
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint()) : 0;
    found.push({ field: tag >>> 3, bytes: message.subarray(at, at + length), int });
    at += length;
  }
  return found;
}
