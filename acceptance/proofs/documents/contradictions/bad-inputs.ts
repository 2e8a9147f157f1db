import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folders that a user may point at by mistake. `topic` is what to ask for. */
export type BadInput = {
  readonly name: string;
  readonly folder: string;
  readonly topic: string;
  /** `refused`: exit code 3 and a line that says why. `completed`: an article without the bad file, or of it, and a line that names it. */
  readonly expect: "refused" | "completed";
  /** What the output has to name. */
  readonly mentions: string;
};

const TOPIC = "The ferry between Northam and Selwick";

/** Makes the folders under `dir`, which has to exist. Deterministic but for the file system's own doings. */
export function makeBadInputs(dir: string): BadInput[] {
  const make = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
    const folder = join(dir, name);
    mkdirSync(folder);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    return folder;
  };
  const inputs: BadInput[] = [
    { name: "empty", folder: make("empty", {}), topic: TOPIC, expect: "refused", mentions: "empty" },
    { name: "binary", folder: make("binary", { ...FERRY, "photo.md": binary() }), topic: TOPIC, expect: "completed", mentions: "photo.md" },
    { name: "only-binary", folder: make("only-binary", { "photo.md": binary() }), topic: TOPIC, expect: "refused", mentions: "photo.md" },
    {
      name: "unreadable",
      folder: make("unreadable", { ...FERRY, "locked.md": "Nobody may read this." }),
      topic: TOPIC,
      expect: "completed",
      mentions: "locked.md",
    },
    { name: "dangling", folder: make("dangling", FERRY), topic: TOPIC, expect: "completed", mentions: "gone.md" },
    { name: "large", folder: make("large", { ...FERRY, "log.txt": large() }), topic: TOPIC, expect: "completed", mentions: "log.txt" },
    {
      name: "german",
      folder: make("german", GERMAN),
      topic: "Die Fähre zwischen Nordheim und Selwik",
      expect: "refused",
      mentions: "English",
    },
    { name: "chinese", folder: make("chinese", CHINESE), topic: "北港与南岛之间的渡轮", expect: "refused", mentions: "English" },
    {
      name: "other-topic",
      folder: make("other-topic", FERRY),
      topic: "The breeding of alpacas in high mountains",
      expect: "refused",
      mentions: "ferry",
    },
    {
      name: "no-documents",
      folder: make("no-documents", { "settings.json": "{}\n" }),
      topic: TOPIC,
      expect: "refused",
      mentions: "no-documents",
    },
    {
      name: "blank",
      folder: make("blank", { "blank.md": " \n\n", "none.txt": "" }),
      topic: TOPIC,
      expect: "refused",
      mentions: "blank.md",
    },
  ];
  chmodSync(join(dir, "unreadable", "locked.md"), 0o000);
  // Root reads a file of mode 000, but nobody reads what a dangling link points to.
  symlinkSync(join(dir, "dangling", "nowhere"), join(dir, "dangling", "gone.md"));
  return inputs;
}

const FERRY = {
  "timetable.md": `# The ferry in the new timetable

The ferry between Northam and Selwick leaves Northam every 40 minutes from six in the morning. The crossing takes 25 minutes. In winter the ferry makes 22 crossings a day, and in summer the ferry makes 31 crossings a day.

The ferry carries 46 cars and 300 passengers. A ticket for the ferry costs 4.20 euros, and children under six travel free of charge. The ferry does not run when the wind blows at more than 70 kilometres an hour.
`,
  "harbour-master.md": `# What the harbour master says

The harbour master of Selwick, Edda Marsh, has counted the passengers since 2015. In 2023 the ferry carried 412,000 passengers between Northam and Selwick. Wind stopped the ferry on nine days of that year.

The ferry has two engines of 900 kilowatts each. Engineers from Northam will replace the diesel engines by electric ones in 2027. The battery of the ferry will be charged at the quay of Selwick during the night.
`,
  "newspaper.txt": `Islanders want a later ferry

The last ferry leaves Northam at half past nine in the evening. A group of islanders from Selwick has asked the county for a later ferry on Fridays. The group collected 640 signatures at the quay.

The county pays 1.8 million euros a year for the ferry between Northam and Selwick. A later crossing on Fridays would cost another 60,000 euros a year. The county will decide on the later ferry in November.
`,
} as const;

const GERMAN = {
  "fahrplan.md": `# Die Fähre im neuen Fahrplan

Die Fähre zwischen Nordheim und Selwik fährt ab sechs Uhr morgens alle vierzig Minuten. Die Überfahrt dauert fünfundzwanzig Minuten. Im Winter fährt die Fähre zweiundzwanzigmal am Tag, im Sommer einunddreißigmal.

Auf die Fähre passen 46 Autos und 300 Fahrgäste. Eine Fahrkarte kostet 4,20 Euro, und Kinder unter sechs Jahren fahren umsonst mit.
`,
  "zeitung.txt": `Die Inselbewohner wünschen sich eine spätere Fähre

Die letzte Fähre verlässt Nordheim um halb zehn am Abend. Einige Inselbewohner haben den Kreis gebeten, freitags eine spätere Fähre fahren zu lassen. Der Kreis zahlt jedes Jahr 1,8 Millionen Euro für die Fähre und will im November darüber entscheiden.
`,
} as const;

const CHINESE = {
  "时刻表.md": `# 新时刻表中的渡轮

北港与南岛之间的渡轮从早上六点开始，每四十分钟一班。航程需要二十五分钟。冬季每天有二十二班，夏季每天有三十一班。

渡轮可以运载46辆汽车和300名乘客。船票价格是4.20元，六岁以下的儿童免费。
`,
  "报纸.txt": `岛上居民希望有更晚的渡轮

最后一班渡轮在晚上九点半离开北港。岛上的一些居民请求在星期五增加一班更晚的渡轮。政府每年为渡轮支付一百八十万元，并将在十一月作出决定。
`,
} as const;

/** The head of a PNG and every byte value: no UTF-8, with zero bytes. */
function binary(): Uint8Array {
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array.from({ length: 4096 }, (_, at) => (at * 167) % 256)]);
}

/** Just over 5 MB of lines that are English and say little. */
function large(): string {
  const lines: string[] = [];
  for (let at = 1, size = 0; size <= 5_000_000; at++) {
    const line = `On voyage ${at} the ferry left Northam with ${(at * 37) % 300} passengers and ${(at * 11) % 46} cars, and the log of the ferry names no incident.`;
    size += line.length + 1;
    lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}
