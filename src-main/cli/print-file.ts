/** Prints a file, a piece at a time; answers whether all of it was taken. */
import { createReadStream } from 'node:fs';
import type { ResultSink } from './streams';

export async function printFile(path: string, out: ResultSink): Promise<boolean> {
  for await (const text of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    out.write(text);
  }
  return (await out.delivered?.()) ?? true;
}
