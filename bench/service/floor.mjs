/**
 * The least of any service that writes down what it sends: takes a call, flushes one line of it to the disk, passes it
 * on, answers what came. One thread, no pool, no limits, no checks; a process of its own.
 *
 * Arguments: the provider's address, the file for the lines.
 */
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { Agent, request } from 'undici';

const [provider, path] = process.argv.slice(2);
const file = await open(path, 'w');
const agent = new Agent({ connections: 1 });
const server = createServer(async (incoming, response) => {
  const { prompt } = JSON.parse(await text(incoming));
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: prompt }] }] });
  await file.write(`${body}\n`);
  await file.datasync();
  const sent = await request(`${provider}/v1beta/models/gemini-2.5-flash:generateContent`, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = JSON.parse(await sent.body.text());
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ response: answer.candidates[0].content.parts[0].text }));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
process.on('SIGTERM', () => process.exit(0));
