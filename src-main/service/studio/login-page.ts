/** The page before the studio: one field, no script. Works on its own, for nothing of the bundle is shown before a login. */

/** Shown with the page alone; a form may be sent to ourselves. */
export const LOGIN_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'none'; script-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export type LoginTrouble = 'wrong' | 'none';

export function loginPage(trouble: LoginTrouble): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Log in to Brushfleet</title>
    <link rel="stylesheet" href="/app/login.css" />
  </head>
  <body>
    <main>
      <h1>Brushfleet</h1>
      <form method="post" action="/app/login">
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus${
          trouble === 'wrong' ? ' aria-invalid="true" aria-describedby="trouble"' : ''
        } />
        ${
          trouble === 'wrong'
            ? '<p id="trouble" role="alert">This token is not known here: make one in Brushfleet under Settings, Service.</p>'
            : '<p>Tokens are made on the computer that runs Brushfleet: under Settings, Service, or with <code>brushfleet tokens add</code>.</p>'
        }
        <button type="submit">Log in</button>
      </form>
    </main>
  </body>
</html>
`;
}

/** The studio's own colours and sizes (src-renderer/ui/tokens.css), as far as they are used here. */
export const LOGIN_CSS = `:root {
  color-scheme: light dark;
  --bg: light-dark(#f4f4f2, #101113);
  --raised: light-dark(#ffffff, #1d1f23);
  --line: light-dark(#dcdcd7, #2a2d33);
  --control: light-dark(#8b8f97, #6b707a);
  --ink: light-dark(#1b1c1f, #eceef1);
  --ink-2: light-dark(#555a63, #a6abb5);
  --accent: light-dark(#c2410c, #ff7a45);
  --accent-strong: light-dark(#a3360a, #ff8f62);
  --accent-ink: light-dark(#ffffff, #1b0d06);
  --focus: light-dark(#c2410c, #ff9a70);
  --bad: light-dark(#b3261e, #f0655b);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  background: var(--bg);
  color: var(--ink);
  font: 13px/1.5 Inter, system-ui, sans-serif;
}
main {
  width: min(360px, calc(100vw - 32px));
  padding: 24px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--raised);
}
h1 { margin: 0 0 16px; font-size: 20px; font-weight: 620; }
label { display: block; margin-bottom: 4px; font-weight: 500; }
input {
  width: 100%;
  height: 32px;
  padding: 0 8px;
  border: 1px solid var(--control);
  border-radius: 6px;
  background: var(--bg);
  color: var(--ink);
  font: inherit;
}
p { margin: 8px 0 16px; color: var(--ink-2); font-size: 12px; }
[role='alert'] { color: var(--bad); }
button {
  width: 100%;
  height: 32px;
  border: 0;
  border-radius: 6px;
  background: var(--accent);
  color: var(--accent-ink);
  font: inherit;
  font-weight: 620;
}
button:hover { background: var(--accent-strong); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
`;
