/** L5: a page of another origin, in a real browser on this computer, before the service that the window runs. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openBrowser, switchServiceOn } from './colleague';
import { addPainter, startPainter } from './provider';
import { expect, openStudio, test } from './studio';

/** Sends what a page can send without asking, and tells what it could read. */
const PAGE = (target: string): string => `<!doctype html><title>working</title><script>
const told = [];
const note = (name) => (value) => told.push(name + '=' + value);
const body = '{"prompt":"spend money"}';
(async () => {
  await fetch('${target}/chat', { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body }).then((r) => note('plain')(r.type), () => note('plain')('stopped'));
  await fetch('${target}/chat', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(() => note('json')('READ'), () => note('json')('stopped'));
  await fetch('${target}/').then((r) => r.text()).then(() => note('get')('READ'), () => note('get')('stopped'));
  const frame = document.createElement('iframe'); frame.name = 'sink'; document.body.append(frame);
  const form = document.createElement('form');
  form.method = 'post'; form.enctype = 'text/plain'; form.target = 'sink'; form.action = '${target}/chat';
  const field = document.createElement('input'); field.name = '{"prompt":"spend money","x":"'; field.value = '"}';
  form.append(field); document.body.append(form);
  const loaded = new Promise((done) => frame.addEventListener('load', done, { once: true }));
  form.submit(); await loaded;
  document.title = told.join(' ');
})();
</script>`;

async function serve(html: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a page of another origin, or of a rebound name, spends nothing and reads nothing', async () => {
  const { studio, close } = await openStudio({ args: ['--host-resolver-rules=MAP evil.test 127.0.0.1'] });
  const { page, electron } = studio;
  const painter = await startPainter();
  await addPainter(page, { protocol: 'google_genai', url: painter.google });
  const before = painter.requests.length;
  const address = await switchServiceOn(page);
  const evil = await serve(PAGE(address));
  const { port } = evil.address() as AddressInfo;

  const browser = await openBrowser(electron, 'about:blank');
  const answers: string[] = [];
  browser.on('response', (response) => {
    if (response.url().startsWith(address)) {
      answers.push(`${response.request().method()} ${response.status()}`);
    }
  });
  await browser.goto(`http://evil.test:${port}/`);
  await expect(browser).toHaveTitle('plain=opaque json=stopped get=stopped');
  // Those that CORS lets pass: of the others nobody is told, not even here.
  expect(answers).toEqual(['POST 403', 'POST 403']);

  // The name now leads to the service itself: a page of it would be of the same origin.
  const rebound = await browser.goto(`http://evil.test:${new URL(address).port}/`);
  expect(rebound?.status()).toBe(403);
  expect(await rebound?.text()).toContain('not called by that name');
  expect(painter.requests).toHaveLength(before);
  evil.close();
  await close();
  await painter.close();
});
