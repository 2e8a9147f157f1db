import type { FileHandle } from "node:fs/promises";

/** Ustar: blocks of 512 bytes, a header before each file (POSIX.1-1988; sizes from 8 GiB on as GNU tar writes them). */
const BLOCK = 512;
const OCTAL_MOST = 8 ** 11 - 1;

/** Appends a file whose size is known when it is there: its header is written last, so nothing is held twice. */
export async function appendFile(tar: FileHandle, at: number, name: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let end = at + BLOCK;
  for await (const chunk of chunks) end = await write(tar, chunk, end);
  const size = end - at - BLOCK;
  await write(tar, header(name, size), at);
  return write(tar, Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK), end);
}

/** Two empty blocks. */
export async function endArchive(tar: FileHandle, at: number): Promise<void> {
  await write(tar, Buffer.alloc(2 * BLOCK), at);
}

/** All of it: the system may take less at a time. @returns where it ends */
async function write(tar: FileHandle, bytes: Uint8Array, at: number): Promise<number> {
  for (let done = 0; done < bytes.length; ) done += (await tar.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  return at + bytes.length;
}

/** The files of a whole archive: name, where their bytes begin, how many they are. @throws Error for any other file */
export async function filesOf(tar: FileHandle): Promise<{ name: string; at: number; size: number }[]> {
  const files: { name: string; at: number; size: number }[] = [];
  const block = Buffer.alloc(BLOCK);
  for (let at = 0; ; ) {
    const { bytesRead } = await tar.read(block, 0, BLOCK, at);
    if (bytesRead < BLOCK) throw new Error("it ends before its end");
    if (block.every((byte) => byte === 0)) return files;
    if (checksum(block) !== Number.parseInt(block.toString("latin1", 148, 154), 8)) throw new Error("no tar archive, or a damaged one");
    const name = block.toString("utf8", 0, block.indexOf(0));
    const size = block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(block.toString("latin1", 124, 135), 8);
    files.push({ name, at: at + BLOCK, size });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 99, "utf8");
  block.write("0000600\x000000000\x000000000\0", 100, "latin1"); // mode, owner, group
  if (size <= OCTAL_MOST) block.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write(`${"0".repeat(11)}\0`, 136, "latin1"); // time: none, so that the same files are the same archive
  block.write("0", 156, "latin1"); // an ordinary file
  block.write("ustar\x0000", 257, "latin1");
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** The sum of a header's bytes, its own eight counted as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0;
  return sum;
}
