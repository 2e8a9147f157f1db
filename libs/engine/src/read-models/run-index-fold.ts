import type { Message } from "@armada/event-sourcing";
import type { Suspected } from "./cost-index.ts";
import {
  CHAPTER_PAGES,
  type Chapter,
  type Counts,
  chapterKey,
  counted,
  countsOf,
  HEAD,
  type Head,
  indexedIn,
  OPEN,
  PAGE_ROWS,
  type Page,
  pageKey,
  type Row,
  sumOf,
  whereKey,
} from "./run-index.ts";

/** A register of the index, and its new text. */
export type Write = { readonly key: string; readonly value: string };

/** Reads a page or a chapter; what is not there is empty. */
export type IndexReads = { page(n: number): Promise<Page>; chapter(n: number): Promise<Chapter> };

/**
 * The index in the memory of who writes it: the pages with open runs, and the last. What was written before a crash and is not
 * in the head yet is taken as it is: the same messages, folded again, give the same rows at the same places.
 */
export class RunIndexFold {
  #head: Head;
  readonly #pages = new Map<number, Row[]>();
  readonly #chapters = new Map<number, Counts[]>();
  readonly #open = new Map<string, number>();
  readonly #dirty = new Set<number>();
  #where: string[] = [];
  #changed = false;

  private constructor(head: Head) {
    this.#head = { ...head, chapters: [...head.chapters] };
  }

  static async on(head: Head, reads: IndexReads): Promise<RunIndexFold> {
    const fold = new RunIndexFold(head);
    const { rows, chapters } = fold.#head;
    const { pages } = fold;
    for (const [c, counts] of chapters.entries()) {
      const last = c === chapters.length - 1;
      if (!last && counted(counts, { status: OPEN }) === 0) continue;
      const chapter = (await reads.chapter(c)).slice(0, pages - c * CHAPTER_PAGES);
      fold.#chapters.set(c, chapter);
      for (const [i, of] of chapter.entries()) {
        const p = c * CHAPTER_PAGES + i;
        if (counted(of, { status: OPEN }) === 0 && p !== pages - 1) continue;
        const page = (await reads.page(p)).slice(0, rows - p * PAGE_ROWS);
        fold.#pages.set(p, page);
        chapter[i] = countsOf(page);
        for (const [at, [run, , , status]] of page.entries()) if (status === OPEN) fold.#open.set(run, p * PAGE_ROWS + at);
      }
      (fold.#head.chapters as Counts[])[c] = sumOf(chapter);
    }
    return fold;
  }

  get upTo(): number {
    return this.#head.upTo;
  }

  get pages(): number {
    return Math.ceil(this.#head.rows / PAGE_ROWS);
  }

  /** Whether there is something that `writes` has not given yet. */
  get changed(): boolean {
    return this.#changed;
  }

  /** `suspected`: of the ledger, after this message. */
  take(message: Message, suspected: Suspected): void {
    if (message.seq <= this.#head.upTo) return;
    const about = indexedIn(message);
    const id = message.envelopes[0]?.id ?? "";
    this.#head = { ...this.#head, upTo: message.seq, at: { subject: message.subject, id }, suspected };
    this.#changed = true;
    if (about === undefined) return;
    if (about.started !== undefined && !this.#open.has(about.run)) this.#began(about.run, about.started);
    if (about.ended !== undefined) this.#ended(about.run, about.ended);
  }

  #began(run: string, { workflow, at, search }: { workflow: string; at: number; search: Readonly<Record<string, string>> }): void {
    const { rows } = this.#head;
    const p = Math.floor(rows / PAGE_ROWS);
    const page = this.#pages.get(p) ?? [];
    this.#pages.set(p, page);
    page.push([run, workflow, at, OPEN]);
    this.#open.set(run, rows);
    this.#head = { ...this.#head, rows: rows + 1 };
    this.#count(p, `${workflow} ${OPEN}`, 1);
    for (const [name, value] of Object.entries(search)) this.#where.push(`${whereKey(name, value)}.${run}`);
  }

  #ended(run: string, status: string): void {
    const at = this.#open.get(run);
    if (at === undefined) return; // written before a crash, or of a run that never began
    const p = Math.floor(at / PAGE_ROWS);
    const row = this.#pages.get(p)?.[at % PAGE_ROWS];
    if (row === undefined) return;
    row[3] = status;
    this.#open.delete(run);
    this.#count(p, `${row[1]} ${OPEN}`, -1);
    this.#count(p, `${row[1]} ${status}`, 1);
  }

  #count(p: number, key: string, by: number): void {
    const c = Math.floor(p / CHAPTER_PAGES);
    const chapter = this.#chapters.get(c) ?? [];
    this.#chapters.set(c, chapter);
    const chapters = this.#head.chapters as Counts[];
    const [counts, sum] = [chapter[p % CHAPTER_PAGES] ?? {}, chapters[c] ?? {}];
    chapter[p % CHAPTER_PAGES] = counts;
    chapters[c] = sum;
    for (const one of [counts, sum]) {
      const n = (one[key] ?? 0) + by;
      if (n === 0) delete one[key];
      else one[key] = n;
    }
    this.#dirty.add(p);
  }

  /**
   * What to write, one list after the other: business keys and pages, chapters, the head. Pages that are whole and without an open
   * run are forgotten here.
   */
  writes(): readonly (readonly Write[])[] {
    const pages = [...this.#dirty];
    const chapters = [...new Set(pages.map((p) => Math.floor(p / CHAPTER_PAGES)))];
    const stages = [
      [
        ...this.#where.map((key) => ({ key, value: "" })),
        ...pages.map((p) => ({ key: pageKey(p), value: JSON.stringify(this.#pages.get(p)) })),
      ],
      chapters.map((c) => ({ key: chapterKey(c), value: JSON.stringify(this.#chapters.get(c)) })),
      [{ key: HEAD, value: JSON.stringify(this.#head) }],
    ];
    this.#where = [];
    this.#dirty.clear();
    this.#changed = false;
    for (const [p, page] of this.#pages)
      if (page.length === PAGE_ROWS && page.every(([, , , status]) => status !== OPEN)) this.#pages.delete(p);
    return stages;
  }
}
