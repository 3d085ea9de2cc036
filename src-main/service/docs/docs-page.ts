/** The page at /docs: plain HTML of our own, no script, nothing from elsewhere. Pure. */
import { type Operation, OPERATIONS } from './operations';

export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.5rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { overflow: auto; padding: 0.75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 6px; }
section { border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); padding: 0.75rem 0; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
.method { display: inline-block; min-width: 4rem; font-weight: 700; }
.access { font-size: 0.875rem; opacity: 0.75; }
table { border-collapse: collapse; } td, th { text-align: left; padding: 0.25rem 1rem 0.25rem 0; vertical-align: top; }
`;

const ACCESS: Readonly<Record<Operation['access'], string>> = {
  open: 'open to everybody',
  admin: 'Admin-API-Key',
  tiers: 'Admin-API-Key, credentials in the body, or the environment',
};

export function docsPage(version: string): string {
  const own = OPERATIONS.filter(({ isAlias }) => isAlias !== true);
  const aliases = OPERATIONS.filter(({ isAlias }) => isAlias === true);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Brushfleet service</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<h1>Brushfleet service ${escaped(version)}</h1>
<p>The same document for programs: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>Who may send</h2>
<ol>
<li>The header <code>Admin-API-Key</code>: the keys of the service. A wrong one is answered with 401, whatever else is given.</li>
<li><code>credentials</code> in the body, with <code>gemini_api_key</code> or <code>openai_api_key</code>: that key alone. It is neither stored nor logged.</li>
<li>Neither: the key of the service's environment, where the service allows it.</li>
</ol>
<p>The routes below <code>/v1</code> and <code>/v1beta</code> speak the protocols of OpenAI and Gemini and take a token of the service as their key.</p>
<h2>Answers</h2>
<p>A failure is an HTTP error with <code>detail</code>, one sentence; out of quota is 429 with <code>Retry-After</code>.
A batch is answered with 200 and its counts, one result for each request in the same order, failures included.
With the header <code>Accept: text/event-stream</code> a batch tells how it goes on: events <code>progress</code>
<code>{total, successful, failed}</code>, at the end <code>result</code> with the whole answer, or <code>problem</code>.
What a client no longer waits for is not sent any more.</p>
<h2>Routes</h2>
${own.map(section).join('\n')}
<h2>Routes of the earlier service</h2>
${aliases.map(section).join('\n')}
</main>
</body>
</html>
`;
}

function section({ method, path, summary, access, example }: Operation): string {
  const shown =
    example === undefined ? '' : `<pre tabindex="0">${escaped(JSON.stringify(example, null, 2))}</pre>`;
  return `<section>
<h3><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p>${escaped(summary)}. <span class="access">${ACCESS[access]}</span></p>
${shown}
</section>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
