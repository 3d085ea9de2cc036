import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpSyntaxError, ResponseParser } from './response-parser';

/** Feeds `text` in pieces of `size` bytes, each overwritten afterwards, as a shared read buffer is. */
function parse(text: string, size = text.length) {
  let status = 0;
  let body = '';
  const headers: (readonly [string, string])[] = [];
  const parser = new ResponseParser({
    head(head) {
      status = head.status;
      headers.push(...head.headers);
    },
    data: (piece) => {
      body += piece.toString('latin1');
    },
  });
  for (let at = 0; at < text.length; at += size) {
    const piece = Buffer.from(text.slice(at, at + size), 'latin1');
    parser.push(piece);
    piece.fill(0);
  }
  return { parser, status, body, headers };
}

const lengthed = 'HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello';
const chunked =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n';

describe('an HTTP answer', () => {
  it.each([
    ['with a length', lengthed],
    ['in chunks with a trailer', chunked],
    [
      'after 100 and 103',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${lengthed}`,
    ],
  ])('%s is read however it is cut into pieces', (_what, text) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length }), (size) => {
        const { parser, status, body } = parse(text, size);
        expect([parser.isDone, parser.persists, status, body]).toEqual([true, true, 200, 'hello']);
      }),
    );
  });

  it('keeps header names in lower case and their values trimmed', () => {
    expect(parse(lengthed).headers).toContainEqual(['content-type', 'a/b']);
  });

  it('without a length ends with its connection, which carries nothing more', () => {
    const { parser, body } = parse('HTTP/1.1 200 OK\r\n\r\nhel');
    expect([parser.isDone, body]).toEqual([false, 'hel']);
    expect(parser.end()).toBe(true);
    expect(parser.persists).toBe(false);
  });

  it.each([`${lengthed}\r\n`, `${chunked}HTTP/1.1 200 OK`])(
    'is whole with bytes behind it, and the last of its connection',
    (text) => {
      const { parser, body } = parse(text);
      expect([parser.isDone, parser.persists, body]).toEqual([true, false, 'hello']);
    },
  );

  it('that is cut off is not whole', () => {
    expect(parse(lengthed.slice(0, -1)).parser.end()).toBe(false);
    expect(parse(chunked.slice(0, -2)).parser.end()).toBe(false);
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', true],
    ['HTTP/1.1 204 No Content\r\n\r\n', true],
  ])('%j may be followed by another: %s', (text, persists) => {
    const { parser } = parse(text);
    expect([parser.isDone, parser.persists]).toEqual([true, persists]);
  });

  it.each([
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'HTTP/1.1 200 OK\r\nbad header\r\n\r\n',
    `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(70_000)}`,
  ])('refuses %.60j', (text) => {
    expect(() => parse(text)).toThrow(HttpSyntaxError);
  });
});
