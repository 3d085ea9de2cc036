/**
 * A provider for the crash bench, in a process of its own, so that it survives what is killed: it answers each Gemini
 * picture request after 50 to 300 ms with a picture that no other request gets, and keeps a ledger of every request.
 *
 * Started with an IPC channel, by fork(). It says {kind:'listening', url}; asked {kind:'ledger', from} it answers
 * {kind:'ledger', entries} with the entries from that place on; {kind:'closed'} after {kind:'close'}.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ANSWERS } from '../loopback/answers.mjs';
import { base64Parts, markedPng } from '../loopback/marked-png.mjs';
import { seededRandom } from './seeded-random.mjs';

/**
 * @typedef {object} LedgerEntry
 * @property {number} call counts the requests from 0; the picture bears it
 * @property {number} row the number in the prompt; NaN: there was none
 * @property {string} endpoint the first part of the path: one provider stands behind several addresses
 * @property {number} at monotonic milliseconds of the moment its body was whole
 * @property {string} sha256 of the picture that belongs to it
 * @property {boolean} answered the whole answer was handed to the socket
 */

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    bytes: { type: 'string', default: '30000' },
    least: { type: 'string', default: '50' },
    most: { type: 'string', default: '300' },
  },
});
const [leastMs, mostMs] = [Number(values.least), Number(values.most)];
const random = seededRandom(Number(values.seed));
const parts = base64Parts(markedPng(Number(values.bytes)));
const { before, after } = ANSWERS.gemini;
const MARK = /\brow (\d+)\b/;

/** @type {LedgerEntry[]} */
const ledger = [];

const server = createServer({ keepAlive: true }, (request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  // A request that was cut off before its body was whole costs nothing, as with a real provider.
  request.on('end', () => answer(request, Buffer.concat(chunks).toString('utf8'), response));
  request.on('error', () => undefined);
});

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {string} body
 * @param {import('node:http').ServerResponse} response
 */
function answer(request, body, response) {
  if (!(request.url ?? '').includes(ANSWERS.gemini.path)) {
    response.writeHead(404).end('{}');
    return;
  }
  const entry = enter(body, (request.url ?? '').split('/')[1] ?? '');
  const picture = parts.head + parts.patch(entry.call) + parts.tail;
  entry.sha256 = createHash('sha256').update(Buffer.from(picture, 'base64')).digest('hex');
  setTimeout(
    () => {
      if (response.destroyed) {
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(before + picture + after, () => (entry.answered = true));
    },
    leastMs + random() * (mostMs - leastMs),
  );
}

/**
 * @param {string} body
 * @param {string} endpoint
 * @returns {LedgerEntry}
 */
function enter(body, endpoint) {
  const row = Number(MARK.exec(body)?.[1] ?? Number.NaN);
  const entry = { call: ledger.length, row, endpoint, at: performance.now(), sha256: '', answered: false };
  ledger.push(entry);
  return entry;
}

process.on('message', (message) => {
  const { kind, from = 0 } = /** @type {{ kind: string, from?: number }} */ (message);
  if (kind === 'ledger') {
    process.send?.({ kind: 'ledger', entries: ledger.slice(from) });
  } else if (kind === 'close') {
    process.exit(0);
  }
});
process.on('disconnect', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.({ kind: 'listening', url: `http://127.0.0.1:${port}` });
});
