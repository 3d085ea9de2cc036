/** Answers that lie whole on disk, told of where they would be paid for once more. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { App } from '../../app';
import { renderApp } from '../../testing/render-app';

const PATHS = ['/out/000000.0a1b2c3d.7.part', '/library/spare/8.whole.part'];

async function shown(unknown: number, paths: string[]) {
  const { backend, model } = await renderApp('done', <App />);
  backend.client.runs.unplaced = async () => ({ total: paths.length, paths });
  const run = backend.runs.get(2)?.run;
  if (run === undefined) {
    throw new Error('the scene has no run 2');
  }
  act(() => model.accept({ kind: 'run', run: { ...run, counts: { ...run.counts, unknown } } }));
  return within(screen.getByRole('region', { name: 'Possibly charged, result lost' }));
}

it('are counted and named in the list, with the way out', async () => {
  const notice = await shown(3, PATHS.slice(0, 1));
  await notice.findByText('1 picture of these lies whole on disk', undefined, { timeout: 3000 });
  const text = notice.getByRole('note').textContent;
  expect(text).toContain(
    `without a place in the folder: ${PATHS[0]}. Make room first, on the disk or of whatever has its name in the folder`,
  );
  expect(text).toContain('takes it from the disk, and nothing more is paid for it');
});

it('are named once more before they are sent again', async () => {
  const notice = await shown(2, PATHS);
  fireEvent.click(notice.getByRole('button', { name: 'Send 2 again…' }));
  const dialog = within(screen.getByRole('dialog'));
  await dialog.findByText('2 pictures of these lie whole on disk');
  expect(screen.getByRole('dialog').textContent).toContain(`${PATHS[0]} and 1 more. Make room first`);
});

it('are not spoken of where there are none', async () => {
  const notice = await shown(2, []);
  fireEvent.click(notice.getByRole('button', { name: 'Send 2 again…' }));
  await act(async () => undefined);
  expect(screen.queryByText(/on disk/)).toBeNull();
});
