/** A provider that answers Gemini text after the latency it was started with; a process of its own, so that it costs the service nothing. */
import { createServer } from 'node:http';
import process from 'node:process';

const latencyMs = Number(process.argv[2] ?? 20);
const ANSWER = JSON.stringify({
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hello.' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
});

let inFlight = 0;
let peak = 0;
const server = createServer((request, response) => {
  if (request.url === '/peak') {
    response.end(String(peak));
    return;
  }
  request.resume();
  request.on('end', () => {
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    const answer = () => {
      inFlight -= 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(ANSWER);
    };
    // A timer of 0 is one of 1 ms.
    if (latencyMs === 0) {
      answer();
    } else {
      setTimeout(answer, latencyMs);
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
