import { expect, it } from 'vitest';
import { decidingEvent, EventReader, eventsIn, isEventStream, saysItIsOver } from './event-stream';

it('reads the last whole event, whatever ends its lines', () => {
  expect(decidingEvent('event: a\ndata: {"n":1}\n\nevent: b\ndata: {"n":2}\n\n')).toEqual({ n: 2 });
  expect(decidingEvent('data: {"n":1}\r\n\r\ndata:{"n":\r\ndata:3}\r\n\r\n: bye\r\n\r\n')).toEqual({ n: 3 });
  expect(decidingEvent('data: {"n":1}\n\ndata: [DONE]\n\n')).toEqual({ n: 1 });
});

it('does not take an event that was cut off, or none, for an answer', () => {
  expect(decidingEvent('data: {"n":1}\n\ndata: {"n":2}')).toEqual({ n: 1 });
  expect(() => decidingEvent('data: {"n":1}')).toThrow(SyntaxError);
  expect(() => decidingEvent('')).toThrow(SyntaxError);
});

it('takes the whole picture, else an error, for the answer, whatever comes behind', () => {
  const picture = { type: 'image_edit.completed', b64_json: 'aGk=' };
  const error = { type: 'error', error: { message: 'no' } };
  const partial = { type: 'image_edit.partial_image', b64_json: 'aA==' };
  const stream = (...events: readonly unknown[]): string =>
    events.map((data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`).join('');
  expect(decidingEvent(stream(partial, picture, { type: 'usage' }))).toEqual(picture);
  expect(decidingEvent(stream(error, picture, 'bye'))).toEqual(picture);
  expect(decidingEvent(stream(partial, error, { type: 'ping' }))).toEqual(error);
  expect(decidingEvent(stream(picture, partial, '[DONE]'))).toEqual(picture);
});

it('knows a stream by what it holds, then by its type', () => {
  const stream = new Headers({ 'content-type': 'text/event-stream; charset=utf-8' });
  const json = new Headers({ 'content-type': 'application/json' });
  expect(isEventStream(stream, Buffer.alloc(0))).toBe(true);
  expect(isEventStream(json, Buffer.alloc(0))).toBe(false);
  expect(isEventStream(new Headers(), Buffer.alloc(0))).toBe(false);
  expect(isEventStream(stream, Buffer.from('\n {"error": {}}'))).toBe(false);
  expect(isEventStream(json, Buffer.from(': hello\n\ndata: {}\n\n'))).toBe(true);
});

it('tells the same events however the bytes are cut', () => {
  const text =
    ': a comment\r\n\r\nevent: x\r\ndata: {"a":"東京"}\r\n\r\ndata:1\rdata:2\r\rid: 3\n\ndata: 🌏\n\ndata: [DONE]\n\n';
  const bytes = Buffer.from(text);
  const expected = ['{"a":"東京"}', '1\n2', '🌏'];
  expect(eventsIn(text)).toEqual(expected);
  for (let size = 1; size < bytes.byteLength; size += 1) {
    const told: string[] = [];
    const reader = new EventReader((data) => told.push(data));
    for (let at = 0; at < bytes.byteLength; at += size) {
      reader.push(bytes.subarray(at, at + size));
    }
    expect(told).toEqual(expected);
  }
});

it('tells nothing of a body that is JSON', () => {
  const told: string[] = [];
  const reader = new EventReader((data) => told.push(data));
  [' ', '{"text": "\ndata: 1\n\n', '"}\n\n'].forEach((piece) => reader.push(Buffer.from(piece)));
  expect(told).toEqual([]);
});

it('knows the end that OpenAI says', () => {
  expect(saysItIsOver('data: {}\n\ndata: [DONE]\n\n')).toBe(true);
  expect(saysItIsOver('data:[DONE]')).toBe(true);
  expect(saysItIsOver('data: "data: [DONE]"\n\n')).toBe(false);
});
