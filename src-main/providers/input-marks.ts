/**
 * Stand-ins for input images in what an SDK builds: the images themselves go from disk to the socket piece by piece and
 * are never one JavaScript string, however many requests are in flight.
 */
import { randomUUID } from 'node:crypto';
import type { InputImage } from './adapter';
import type { BodyPart } from './request-body';

/** Drawn anew by each process: no prompt can name it. */
const PREFIX = `brushfleet-input-${randomUUID()}-`;
const MARK = new RegExp(`${PREFIX}(\\d+)\\.`);

/** Stands for the nth of a call's inputs; as text in JSON, or as the content of a file in a form. */
export function inputMark(index: number): string {
  return `${PREFIX}${index}.`;
}

/** The text in pieces, each mark replaced by its input in base64. */
export function partsOfJson(text: string, inputs: readonly InputImage[]): readonly BodyPart[] {
  return text.split(MARK).map((piece, at) => {
    const input = at % 2 === 1 ? inputs[Number(piece)] : undefined;
    return input === undefined
      ? { kind: 'bytes', bytes: Buffer.from(piece) }
      : { kind: 'image', source: input.bytes, coding: 'base64' };
  });
}

/** multipart/form-data as browsers write it (WHATWG HTML, 4.10.21.8); a file that is a mark is its input's bytes. */
export async function partsOfForm(
  form: FormData,
  inputs: readonly InputImage[],
): Promise<{ readonly parts: readonly BodyPart[]; readonly contentType: string }> {
  const boundary = `----brushfleet-${randomUUID()}`;
  const parts: BodyPart[] = [];
  const write = (text: string): void => void parts.push({ kind: 'bytes', bytes: Buffer.from(text) });
  for (const [name, value] of form) {
    write(`--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"`);
    if (typeof value === 'string') {
      write(`\r\n\r\n${value.replaceAll(/\r\n|\r|\n/g, '\r\n')}`);
    } else {
      write(`; filename="${quoted(value.name)}"\r\ncontent-type: ${typeOf(value)}\r\n\r\n`);
      parts.push(await filePart(value, inputs));
    }
    write('\r\n');
  }
  write(`--${boundary}--\r\n`);
  return { parts, contentType: `multipart/form-data; boundary=${boundary}` };
}

async function filePart(file: File, inputs: readonly InputImage[]): Promise<BodyPart> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const index = MARK.exec(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))?.[1];
  const input = index === undefined ? undefined : inputs[Number(index)];
  return input === undefined
    ? { kind: 'bytes', bytes }
    : { kind: 'image', source: input.bytes, coding: 'raw' };
}

function typeOf(file: File): string {
  return file.type === '' ? 'application/octet-stream' : file.type;
}

function quoted(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
