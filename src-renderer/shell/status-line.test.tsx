import { act, screen, within } from '@testing-library/react';
import type { Run } from '@shared/model/run';
import { NO_COUNTS } from '@shared/model/run';
import { expect, it } from 'vitest';
import { App } from '../app';
import { renderApp } from '../testing/render-app';

const status = () => screen.getByRole('contentinfo').textContent;

it('tells no rate of a session that has nothing in flight', async () => {
  const { model, backend } = await renderApp('full', <App />);
  const some = backend.runs.get(1)?.run;
  if (some === undefined) {
    throw new Error('the scene has no run 1');
  }
  const others = [...model.live.getState().runs.values()].reduce((sum, run) => sum + run.ratePerSecond, 0);
  const session: Run = {
    ...some,
    id: 90,
    origin: 'session',
    state: { kind: 'running' },
    ratePerSecond: 700 - others,
    counts: { ...NO_COUNTS, sent: 1 },
  };
  act(() => model.accept({ kind: 'run', run: session }));
  expect(status()).toMatch(/70\d(\.\d)? \/s/u);
  act(() =>
    model.accept({
      kind: 'run',
      run: { ...session, look: session.look + 1, counts: { ...NO_COUNTS, done: 1 } },
    }),
  );
  expect(status()).not.toMatch(/70\d(\.\d)? \/s/u);
});

it('counts a run in the list of the left as the queue does', async () => {
  const { model, backend } = await renderApp('full', <App />);
  const some = backend.runs.get(1)?.run;
  if (some === undefined) {
    throw new Error('the scene has no run 1');
  }
  const run: Run = {
    ...some,
    look: some.look + 1,
    state: { kind: 'paused', reason: 'Stopped by you.' },
    counts: { ...NO_COUNTS, done: 42, failed: 4, pending: 14 },
  };
  act(() => model.accept({ kind: 'run', run }));
  const item = within(screen.getByRole('list', { name: 'Runs' })).getByTitle(new RegExp(run.name, 'u'));
  expect(item.textContent).toContain('46/60');
});
