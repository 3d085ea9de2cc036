/**
 * A provider for benchmarks, in a process of its own: answers every Gemini or OpenAI picture request after a fixed
 * latency with one prepared body of about 1.3 MB, into which only the row's number is patched. It reads HTTP by hand,
 * because what it costs must not be taken for what the program under test costs.
 *
 * Usage: node mock-provider.mjs [--latency 200] [--bytes 975000] [--port 0]
 * It prints {"kind":"listening","url":…} and, when it ends, {"kind":"stats",…}. It ends on SIGTERM, SIGINT, the IPC
 * message {"kind":"close"} or the end of its standard input; the lines or messages {"kind":"stats"} and
 * {"kind":"reset"} ask for the figures and set them to nothing.
 */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ANSWERS } from './answers.mjs';
import { base64Parts, markedPng } from './marked-png.mjs';

const { values } = parseArgs({
  options: {
    latency: { type: 'string', default: '200' },
    bytes: { type: 'string', default: '975000' },
    port: { type: 'string', default: '0' },
  },
});
const latencyMs = Number(values.latency);
const parts = base64Parts(markedPng(Number(values.bytes)));

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKED_END = Buffer.from('\r\n0\r\n\r\n');
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
/** Prompts stand at the beginning or the end of a body, pictures in between. */
const PROMPT_WINDOW = 8192;
const MARK = /\brow[ _-]?(\d{1,12})\b/i;

const bodies = {
  gemini: prepared(ANSWERS.gemini),
  images: prepared(ANSWERS.images),
  chat: prepared(ANSWERS.chat),
};
const MODELS = Buffer.from(
  '{"object":"list","data":[{"id":"mock","object":"model"}],"models":[{"name":"models/mock"}]}',
);

let stats = fresh();

function fresh() {
  return {
    requests: 0,
    answered: 0,
    inFlight: 0,
    peakInFlight: 0,
    /** Milliseconds since 1970. */
    firstRequestAt: null,
    lastAnswerAt: null,
    bytesIn: 0,
    bytesOut: 0,
    connections: 0,
    cpuStart: process.cpuUsage(),
  };
}

function report() {
  const { cpuStart, ...figures } = stats;
  const cpu = process.cpuUsage(cpuStart);
  return { kind: 'stats', ...figures, cpuMs: Math.round((cpu.user + cpu.system) / 1000) };
}

/** @param {{ before: string, after: string }} around */
function prepared({ before, after }) {
  const head = Buffer.from(before + parts.head, 'latin1');
  const tail = Buffer.from(parts.tail + after, 'latin1');
  const length = head.length + 24 + tail.length;
  const headers = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
  return { start: Buffer.concat([Buffer.from(headers, 'latin1'), head]), tail };
}

const server = createServer({ noDelay: true }, (socket) => {
  stats.connections += 1;
  /** @type {Buffer[]} */
  let chunks = [];
  let size = 0;
  /** @type {ReturnType<typeof readHead> | null} */
  let head = null;

  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    stats.bytesIn += chunk.length;
    chunks.push(chunk);
    size += chunk.length;
    while (size > 0 && consume()) {
      // Pipelined requests are answered one after the other.
    }
  });

  /** Takes one whole request off the front; false when more bytes are needed. */
  function consume() {
    if (head === null) {
      const start = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      const end = start.indexOf(HEAD_END);
      if (end < 0) {
        chunks = [start];
        return false;
      }
      head = readHead(start.toString('latin1', 0, end), end + 4);
      chunks = [start];
      count();
      if (head.expectsContinue) {
        socket.write(CONTINUE);
      }
    }
    const total = head.isChunked ? chunkedEnd() : head.bodyAt + head.length;
    if (total < 0 || size < total) {
      return false;
    }
    const whole = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const rest = whole.subarray(total);
    serve(head.path, whole.subarray(head.bodyAt, total));
    chunks = rest.length > 0 ? [rest] : [];
    size = rest.length;
    head = null;
    return true;
  }

  function chunkedEnd() {
    const whole = Buffer.concat(chunks);
    chunks = [whole];
    const end = whole.indexOf(CHUNKED_END, Math.max(0, head.bodyAt - 2));
    return end < 0 ? -1 : end + CHUNKED_END.length;
  }

  /**
   * @param {string} path
   * @param {Buffer} body
   */
  function serve(path, body) {
    const body200 = bodyFor(path);
    if (body200 === null) {
      finish(() =>
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${MODELS.length}\r\n\r\n${MODELS}`,
        ),
      );
      return;
    }
    const patch = parts.patch(markOf(body) ?? stats.requests);
    setTimeout(() => {
      if (socket.destroyed) {
        stats.inFlight -= 1;
        return;
      }
      socket.cork();
      socket.write(body200.start);
      socket.write(patch, 'latin1');
      finish(() => socket.write(body200.tail));
      socket.uncork();
      stats.bytesOut += body200.start.length + patch.length + body200.tail.length;
    }, latencyMs);
  }
});

/** @param {() => void} write */
function finish(write) {
  write();
  stats.inFlight -= 1;
  stats.answered += 1;
  stats.lastAnswerAt = now();
}

function count() {
  stats.requests += 1;
  stats.inFlight += 1;
  stats.peakInFlight = Math.max(stats.peakInFlight, stats.inFlight);
  stats.firstRequestAt ??= now();
}

function now() {
  return performance.timeOrigin + performance.now();
}

/**
 * @param {string} text
 * @param {number} bodyAt
 */
function readHead(text, bodyAt) {
  return {
    path: text.slice(text.indexOf(' ') + 1, text.indexOf(' HTTP/')),
    bodyAt,
    length: Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0),
    isChunked: /\r\ntransfer-encoding: *chunked/i.test(text),
    expectsContinue: /\r\nexpect: *100-continue/i.test(text),
  };
}

/** @param {string} path */
function bodyFor(path) {
  if (path.includes(':generateContent')) {
    return bodies.gemini;
  }
  if (path.includes('/images/')) {
    return bodies.images;
  }
  return path.includes('/chat/completions') ? bodies.chat : null;
}

/** @param {Buffer} body */
function markOf(body) {
  const found =
    MARK.exec(body.toString('latin1', 0, PROMPT_WINDOW)) ??
    MARK.exec(body.toString('latin1', Math.max(0, body.length - PROMPT_WINDOW)));
  return found === null ? undefined : Number(found[1]);
}

/** @param {unknown} message */
function tell(message) {
  if (process.send === undefined) {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  } else {
    process.send(message);
  }
}

/** @param {{ kind?: string }} message */
function obey({ kind }) {
  if (kind === 'stats') {
    tell(report());
  } else if (kind === 'reset') {
    stats = { ...fresh(), inFlight: stats.inFlight };
  } else if (kind === 'close') {
    end();
  }
}

function end() {
  process.stdout.write(`${JSON.stringify(report())}\n`, () => process.exit(0));
}

process.on('message', obey);
process.on('disconnect', end);
process.on('SIGTERM', end);
process.on('SIGINT', end);
if (process.send === undefined) {
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text) => {
    for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
      obey(JSON.parse(line));
    }
  });
  process.stdin.on('end', end);
}

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  tell({ kind: 'listening', url: `http://127.0.0.1:${port}` });
});
