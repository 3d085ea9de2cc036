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
  await notice.findByText('1 picture of these is saved on disk', undefined, { timeout: 3000 });
  const text = notice.getByRole('note').textContent;
  expect(text).toContain(
    `could not be put into the output folder: ${PATHS[0]}. First free disk space, or move away the files with its name in that folder.`,
  );
  expect(text).toContain('then uses the saved picture at no further cost');
});

it('are named once more before they are sent again', async () => {
  const notice = await shown(2, PATHS);
  fireEvent.click(notice.getByRole('button', { name: 'Send 2 again…' }));
  const dialog = within(screen.getByRole('dialog'));
  await dialog.findByText('2 pictures of these are saved on disk');
  expect(screen.getByRole('dialog').textContent).toContain(`${PATHS[0]} and 1 more. First free disk space`);
});

it('are not spoken of where there are none', async () => {
  const notice = await shown(2, []);
  fireEvent.click(notice.getByRole('button', { name: 'Send 2 again…' }));
  await act(async () => undefined);
  expect(screen.queryByText(/on disk/)).toBeNull();
});
