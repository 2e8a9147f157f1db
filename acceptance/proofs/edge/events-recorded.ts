/** A binary-mode request as an SDK wrote it; header values are Latin-1 characters, one a byte. `wanted`: members of the stored event. */
type Recorded = {
  readonly sender: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly wanted: Readonly<Record<string, unknown>>;
};

const TYPE = "org.example.thing.happened";
const core = (id: string): readonly (readonly [string, string])[] => [
  ["ce-specversion", "1.0"],
  ["ce-id", id],
  ["ce-type", TYPE],
];
const bytes = (text: string): string => Buffer.from(text).toString("latin1");
const source = "/orders";

/**
 * What five SDKs put on the wire for the same events (recorded from Python 1.13.0 with requests, Python 2.2.0, JavaScript
 * 10.0.0 with node:http, Go 2.16.2, Java 4.0.1 with HttpURLConnection): only Python 2 percent-encodes header values; Go and
 * Java send UTF-8, Python 1 and JavaScript Latin-1; JavaScript says JSON and Java's client a form where there is no data.
 */
export const recorded: readonly Recorded[] = [
  {
    sender: "Python 1: a subject in Latin-1",
    headers: [...core("r-py1-latin"), ["ce-source", source], ["ce-subject", "café Grüße"], ["ce-time", "2026-11-28T16:14:55.588323+00:00"]],
    body: "",
    wanted: { id: "r-py1-latin", source, subject: "café Grüße", time: "2026-11-28T16:14:55.588323+00:00" },
  },
  {
    sender: "Python 1: percent signs of a URI as they are",
    headers: [...core("r-py1-uri"), ["ce-source", "https://example.com/a%20b?c=%C3%A9"], ["ce-dataschema", "https://example.com/s%20t"]],
    body: "",
    wanted: { id: "r-py1-uri", source: "https://example.com/a%20b?c=%C3%A9", dataschema: "https://example.com/s%20t" },
  },
  {
    sender: "Python 1: bytes",
    headers: [...core("r-py1-bytes"), ["ce-source", source], ["content-type", "application/octet-stream"]],
    body: "\u0000abc",
    wanted: { id: "r-py1-bytes", source, datacontenttype: "application/octet-stream", data_base64: "AGFiYw==" },
  },
  {
    sender: "Python 2: everything encoded",
    headers: [
      ...core("r-py2"),
      ["ce-source", "https://example.com/a%2520b?c=%25C3%25A9"],
      ["ce-subject", "100%25%20sure%20%22%E6%9D%B1%E4%BA%AC%22"],
      ["ce-sampledrate", "30"],
      ["content-type", "text/plain"],
    ],
    body: "Grüße",
    wanted: {
      id: "r-py2",
      source: "https://example.com/a%20b?c=%C3%A9",
      subject: '100% sure "東京"',
      sampledrate: "30",
      datacontenttype: "text/plain",
      data: "Grüße",
    },
  },
  {
    sender: "JavaScript: JSON said, no data there",
    headers: [
      ...core("r-js"),
      ["ce-source", source],
      ["ce-subject", "café"],
      ["ce-time", "2026-11-28T16:14:58.703Z"],
      ["content-type", "application/json; charset=utf-8"],
    ],
    body: "",
    wanted: { id: "r-js", source, subject: "café", data: undefined, data_base64: undefined },
  },
  {
    sender: "JavaScript: a percent sign that encodes nothing, and quotes",
    headers: [...core("r-js-percent"), ["ce-source", source], ["ce-subject", '100% sure "hi" now'], ["content-type", "application/xml"]],
    body: "<a>é</a>",
    wanted: { id: "r-js-percent", source, subject: '100% sure "hi" now', data: "<a>é</a>" },
  },
  {
    sender: "Go: UTF-8, and no content type",
    headers: [
      ...core("r-go"),
      ["Ce-Source", source],
      ["Ce-Subject", bytes("東京 €")],
      ["Ce-Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    ],
    body: "",
    wanted: {
      id: "r-go",
      source,
      subject: "東京 €",
      origintraceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      time: undefined,
      datacontenttype: undefined,
      data: undefined,
    },
  },
  {
    sender: "Go: a text as JSON",
    headers: [...core("r-go-json"), ["Ce-Source", source], ["Content-Type", "application/json"]],
    body: '"a text"',
    wanted: { id: "r-go-json", source, data: "a text" },
  },
  {
    sender: "Java: UTF-8, and a form without fields",
    headers: [
      ...core("r-java"),
      ["ce-source", "https://example.com/a%20b"],
      ["ce-subject", bytes("café 東京")],
      ["Content-type", "application/x-www-form-urlencoded"],
    ],
    body: "",
    wanted: { id: "r-java", source: "https://example.com/a%20b", subject: "café 東京", data: undefined, data_base64: undefined },
  },
];
