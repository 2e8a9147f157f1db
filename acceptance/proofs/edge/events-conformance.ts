/**
 * Samples of each kind that the CloudEvents project's conformance set holds for the JSON format (github.com/cloudevents/
 * conformance, format/json), in values of our own.
 */
const core = { specversion: "1.0", id: "sample", source: "https://samples.example", type: "example.samples.taken" };

export const valid: readonly (readonly [string, unknown])[] = [
  ["the four required attributes", core],
  ["optional attributes that are null", { ...core, id: "null", datacontenttype: null, dataschema: null, subject: null, time: null }],
  [
    "all core attributes, and no data",
    {
      ...core,
      id: "all",
      datacontenttype: "text/plain",
      dataschema: "https://samples.example/s",
      subject: "s",
      time: "2019-05-06T18:32:01Z",
    },
  ],
  ["a time in UTC", { ...core, id: "utc", time: "2019-05-06T18:32:01Z" }],
  ["a time with nanoseconds", { ...core, id: "nanos", time: "2019-05-06T18:32:01.000000000Z" }],
  ["a time east of Greenwich", { ...core, id: "east", time: "2019-05-06T19:32:01+01:00" }],
  ["a time west of Greenwich", { ...core, id: "west", time: "2019-05-06T17:32:01-01:00" }],
  ["a relative source", { ...core, id: "relative", source: "#part" }],
  ["text data", { ...core, id: "text", datacontenttype: "text/plain", data: "Plain words" }],
  [
    "extensions of all types",
    {
      ...core,
      id: "types",
      exinteger: 11,
      exboolean: false,
      exstring: "words",
      exuri: "https://samples.example",
      exuriref: "//host/path",
      extime: "2022-02-03T14:15:16Z",
      exbinary: "TWFu",
    },
  ],
];

export const validBatches: readonly (readonly [string, unknown])[] = [
  ["an empty batch", []],
  ["a batch of one", [core]],
  ["a batch with the same event twice", [core, core]],
  ["a batch of two kinds", [core, valid[2]?.[1]]],
  ["a batch with extensions of all types", [core, valid[9]?.[1]]],
];

const without = (name: keyof typeof core): unknown => Object.fromEntries(Object.entries(core).filter(([one]) => one !== name));

export const invalid: readonly (readonly [string, unknown])[] = [
  ...(["specversion", "id", "type", "source"] as const).map((name) => [`no ${name}`, without(name)] as const),
  ...(["specversion", "id", "type", "source", "subject", "datacontenttype", "dataschema"] as const).map(
    (name) => [`an empty ${name}`, { ...core, [name]: "" }] as const,
  ),
  ...[
    "noon",
    "2019-05-06T18:32Z",
    "2019-05-06T18:32:01Q",
    "2019-05-06T18:32:01+26:00",
    "2019-05-06T18:32:01+yy:00",
    "2019-05-06T18:32:01+04",
  ].map((time) => [`time ${time}`, { ...core, time }] as const),
  ["another version", { ...core, specversion: "0.8" }],
  ["a content type that is none", { ...core, datacontenttype: "abc" }],
  ["a number as id", { ...core, id: 17 }],
  ["an object as id", { ...core, id: { a: "b" } }],
  ["a capital in a name", { ...core, AnExtension: "x" }],
  ["a dot in a name", { ...core, "an.extension": "x" }],
  ["a fraction as an extension", { ...core, fraction: 2.5 }],
  ["data twice", { ...core, data: "words", data_base64: "eyJhIjoxfQ==" }],
  ["a text in place of an event", "no object"],
];
