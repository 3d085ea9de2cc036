import { ORPCError } from '@orpc/client';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { RerunRequest } from '@shared/contract';
import type { Run } from '@shared/model/run';
import { App } from '../../app';
import { renderApp } from '../../testing/render-app';
import type { Rendered } from '../../testing/render-app';
import { setFilter } from '../../state/ui-store';

const button = (name: string | RegExp) => screen.getByRole('button', { name });

async function shownWith(part: (run: Run) => Partial<Run>): Promise<Rendered> {
  const rendered = await renderApp('full', <App />);
  const fake = rendered.backend.runs.get(2);
  if (fake === undefined) {
    throw new Error('the scene has no run 2');
  }
  fake.run = { ...fake.run, ...part(fake.run) };
  act(() => rendered.model.accept({ kind: 'run', run: fake.run }));
  return rendered;
}

/** What `rerun` was called with from now on. */
function spyOnRerun({ backend }: Rendered): RerunRequest[] {
  const asked: RerunRequest[] = [];
  const rerun = backend.client.runs.rerun;
  backend.client.runs.rerun = async (request) => {
    asked.push(request);
    return await rerun(request);
  };
  return asked;
}

describe('a run that stands still', () => {
  it('continues with the rest once its first rows were looked at', async () => {
    const { backend } = await shownWith((run) => ({
      options: { ...run.options, canary: 3 },
      state: {
        kind: 'paused',
        reason:
          'The first 3 rows are finished: check the results, then continue with the remaining 425 jobs.',
      },
      counts: { ...run.counts, sent: 0, leased: 0, done: 3, pending: 425 },
    }));
    expect(screen.getByText(/check the results/)).toBeTruthy();
    fireEvent.click(button('Continue with the remaining 425'));
    await waitFor(() => expect(backend.runs.get(2)?.run.options.canary).toBeUndefined());
    expect(backend.runs.get(2)?.run.state.kind).toBe('running');
  });

  it('that a cap has paused has the cap raised in place, and goes on', async () => {
    const { backend } = await shownWith((run) => ({
      options: { ...run.options, caps: { costUsd: 5 } },
      state: { kind: 'paused', failure: 'budget', reason: 'The cap of $5.00 on this run is reached.' },
    }));
    expect(screen.getByText(/cap of \$5.00/)).toBeTruthy();
    expect(button('Save and resume').hasAttribute('disabled')).toBe(true);
    fireEvent.change(screen.getByLabelText('This run: cost cap, $'), { target: { value: '12.5' } });
    fireEvent.click(button('Save and resume'));
    await waitFor(() => expect(backend.runs.get(2)?.run.options.caps).toEqual({ costUsd: 12.5 }));
    await waitFor(() => expect(backend.runs.get(2)?.run.state.kind).toBe('running'));
  });

  it('takes pictures without a record as done where that keeps it from going on', async () => {
    const { backend } = await shownWith(() => ({ state: { kind: 'paused', reason: 'Stopped by you.' } }));
    const { resume } = backend.client.runs;
    backend.client.runs.resume = async (input) => {
      if (input.adopt !== true) {
        const message = '/out holds 2 pictures that this library has no record of.';
        throw new ORPCError('BAD_INPUT', { message, defined: true, data: { field: 'adopt' } });
      }
      return await resume(input);
    };
    fireEvent.click(button(/^Resume \d/));
    const told = await screen.findByRole('alert');
    expect(told.textContent).toContain('holds 2 pictures');
    fireEvent.click(within(told).getByRole('button', { name: 'Count intact pictures as done' }));
    await waitFor(() => expect(backend.runs.get(2)?.run.state.kind).toBe('running'));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('puts cancelled jobs back whenever that is wanted', async () => {
    const rendered = await shownWith((run) => ({ counts: { ...run.counts, cancelled: 12 } }));
    const asked = spyOnRerun(rendered);
    fireEvent.click(button('Put back 12'));
    await waitFor(() => expect(asked).toEqual([{ runId: 2, which: { kind: 'cancelled' } }]));
  });

  it.each([
    { emptied: 5, offered: 'Put back 7' },
    { emptied: 12, offered: null },
  ])('puts nothing back that was deleted for good: $emptied of 12', async ({ emptied, offered }) => {
    await shownWith((run) => ({ counts: { ...run.counts, cancelled: 12 }, emptied }));
    const buttons = screen.queryAllByRole('button', { name: /^Put back/ });
    expect(buttons.map(({ textContent }) => textContent)).toEqual(offered === null ? [] : [offered]);
  });
});

describe('what a person most likely wants next', () => {
  const primaries = () => [...document.querySelectorAll('.head .btn.primary')].map((one) => one.textContent);

  it('is to review what came, once nothing is left to send; what failed can be sent again beside it', async () => {
    const { backend } = await renderApp('done', <App />);
    const done = Math.max(...[...backend.runs.values()].map(({ run }) => run.counts.done));
    expect(primaries()).toEqual([`Review ${done}`]);
    expect(button(/^Rerun \d+ failed/).className).toBe('btn');
  });

  it('is to resume while something waits', async () => {
    await shownWith(() => ({ state: { kind: 'paused', reason: '' } }));
    expect(primaries()).toEqual([expect.stringMatching(/^Resume \d+$/)]);
    expect(button(/^Review \d+$/).className).toBe('btn');
  });
});

describe('sending again', () => {
  it('asks for the passphrase first while the vault is locked', async () => {
    const rendered = await renderApp('done', <App />);
    const asked = spyOnRerun(rendered);
    act(() => rendered.model.live.setState({ vault: { kind: 'passphrase', locked: true } }));
    fireEvent.click(button(/^Rerun \d+ failed/));
    expect(await screen.findByRole('dialog', { name: 'Unlock your keys' })).toBeTruthy();
    expect(asked).toEqual([]);
    act(() => rendered.model.ui.getState().vaultRequest?.settle(true));
    await waitFor(() => expect(asked).toHaveLength(1));
  });
});

describe('lost results', () => {
  it('are listed with where and when they were sent', async () => {
    await renderApp('done', <App />);
    fireEvent.click(button('1 job possibly charged, result lost'));
    const table = within(await screen.findByRole('table', { name: 'Possibly charged' }));
    expect(await table.findByText(/Google official/)).toBeTruthy();
  });

  it('are left when the user says so, until there are more', async () => {
    const { model, backend } = await renderApp('done', <App />);
    fireEvent.click(button('Leave it'));
    expect(screen.queryByRole('button', { name: 'Send 1 again…' })).toBeNull();
    expect(button(/left as it is\. Show again/)).toBeTruthy();
    const run = backend.runs.get(2)?.run;
    if (run !== undefined) {
      act(() => model.accept({ kind: 'run', run: { ...run, counts: { ...run.counts, unknown: 2 } } }));
    }
    expect(button('Send 2 again…')).toBeTruthy();
  });

  it('are sent again with what that may cost said before', async () => {
    const rendered = await renderApp('done', <App />);
    const asked = spyOnRerun(rendered);
    fireEvent.click(button('Send 1 again…'));
    expect(screen.getByRole('dialog').textContent).toContain('about $0.0336');
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Send 1 again' }));
    await waitFor(() => expect(asked).toEqual([{ runId: 2, which: { kind: 'unknown' } }]));
    // No event tells of each job that was put back.
    expect(await screen.findByRole('gridcell', { name: 'Row 0: Waiting' })).toBeTruthy();
  });
});

describe('failures in bulk', () => {
  async function opened() {
    const rendered = await renderApp('done', <App />);
    const asked = spyOnRerun(rendered);
    fireEvent.click(button(/failures, why/));
    const count = rendered.backend.runs.get(2)?.run.failures.blocked;
    fireEvent.click(await screen.findByRole('button', { name: `Rerun ${count} Blocked…` }));
    return {
      ...rendered,
      asked,
      dialog: within(screen.getByRole('dialog', { name: `Rerun ${count} jobs` })),
      count,
    };
  }

  it('lead to the rows of each text, one after the other, whatever the list has shown', async () => {
    const { model, backend } = await renderApp('done', <App />);
    act(() => {
      setFilter(model.ui, 2, { kind: 'state', state: 'done' });
      model.ui.setState({ isRightOpen: false });
    });
    fireEvent.click(button(/failures, why/));
    const rows = await screen.findAllByRole('button', { name: /^Show row/ });
    expect(rows.slice(0, 5).map(({ textContent }) => textContent)).toEqual(['6', '13', '20', '27', '34']);
    fireEvent.click(button('Show row 20'));
    const inspector = within(screen.getByRole('complementary', { name: 'Inspector' }));
    const message = (await backend.client.runs.failures({ runId: 2 }))[0]?.message ?? '';
    expect((await inspector.findByText(new RegExp(message))).textContent).toContain('Blocked');
    expect(screen.getByRole('gridcell', { selected: true }).getAttribute('aria-label')).toMatch(/^Row 20:/);
    expect(button('Show row 20').getAttribute('aria-current')).toBe('true');
    fireEvent.click(button('Show row 34'));
    await waitFor(() =>
      expect(screen.getByRole('gridcell', { selected: true }).getAttribute('aria-label')).toMatch(/^Row 34:/),
    );
  });

  it('name an example whose picture cannot be read', async () => {
    await opened();
    const example = button('Show row 20');
    await waitFor(() => expect(example.querySelector('img')).not.toBeNull());
    fireEvent.error(example.querySelector('img') ?? document.body);
    expect(example.querySelector('img')).toBeNull();
    expect(screen.getByText(/^“faces\/0020\.jpg” cannot be read\. .* rerun the row\.$/)).toBeTruthy();
  });

  it('show one kind alone, and bring its filter into view', async () => {
    const scrolled: (string | null)[] = [];
    Element.prototype.scrollIntoView = function note(this: Element) {
      scrolled.push(this.textContent);
    };
    await opened();
    fireEvent.click(button(/^Show \d+ Blocked/));
    expect(scrolled.at(-1)).toMatch(/^Blocked \d+/);
    expect(screen.getByRole('button', { name: /^Blocked \d+/, pressed: true })).toBeTruthy();
  });

  it('are sent again as they were, in the same run', async () => {
    const { asked, dialog, count, backend } = await opened();
    fireEvent.click(dialog.getByRole('button', { name: `Rerun ${count}` }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(asked).toEqual([{ runId: 2, which: { kind: 'failed', failureKind: 'blocked' } }]);
    expect(backend.runs.size).toBe(2);
  });

  it('are as many as there are when they go, also if more fail while somebody still writes', async () => {
    const { dialog, count = 0, backend, model } = await opened();
    fireEvent.change(dialog.getByLabelText('Instruction'), { target: { value: 'Add a blue hat' } });
    const { failures } = backend.client.runs;
    backend.client.runs.failures = async (asked) =>
      (await failures(asked)).map((group) => ({
        ...group,
        count: group.count + (group.kind === 'blocked' ? 3 : 0),
      }));
    const run = backend.runs.get(2)?.run;
    if (run !== undefined) {
      act(() =>
        model.accept({ kind: 'run', run: { ...run, failures: { ...run.failures, blocked: count + 3 } } }),
      );
    }
    expect(
      await screen.findByRole('dialog', { name: `Rerun ${count + 3} jobs` }, { timeout: 3000 }),
    ).toBeTruthy();
    expect(dialog.getByRole('button', { name: `Make a new run of ${count + 3} jobs` })).toBeTruthy();
    expect(dialog.getByLabelText<HTMLTextAreaElement>('Instruction').value).toBe('Add a blue hat');
  });

  it('of every kind go together, with another instruction if that is wanted', async () => {
    const { model, backend } = await renderApp('done', <App />);
    const run = backend.runs.get(2)?.run;
    if (run !== undefined) {
      act(() => model.accept({ kind: 'run', run: { ...run, failures: { blocked: 3, timeout: 2 } } }));
    }
    const failed = run?.counts.failed;
    fireEvent.click(button(/failures, why/));
    fireEvent.click(await screen.findByRole('button', { name: `Rerun all ${failed}…` }));
    const dialog = within(screen.getByRole('dialog', { name: `Rerun ${failed} jobs` }));
    const before = dialog.getByLabelText<HTMLTextAreaElement>('Instruction').value;
    fireEvent.click(dialog.getAllByRole('button', { name: /^Insert / })[0] ?? document.body);
    expect(dialog.getByLabelText<HTMLTextAreaElement>('Instruction').value).not.toBe(before);
    expect(dialog.getByText(/become a new run/)).toBeTruthy();
  });

  it('with a changed instruction become a new run, which is said before and shown after', async () => {
    const { asked, dialog, count, model } = await opened();
    fireEvent.change(dialog.getByLabelText('Instruction'), { target: { value: 'Add a blue hat' } });
    expect(dialog.getByText(/become a new run/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: `Make a new run of ${count} jobs` }));
    await waitFor(() => expect(model.ui.getState().view).toEqual({ kind: 'runs', runId: 3 }));
    expect(asked[0]?.changes).toEqual({ instruction: 'Add a blue hat' });
  });

  it('export their errors', async () => {
    const { backend } = await renderApp('done', <App />);
    const formats: string[] = [];
    backend.client.runs.export = async ({ format }) => {
      formats.push(format);
      return 'failures.csv';
    };
    fireEvent.click(button(/failures, why/));
    fireEvent.click(button('Export errors as CSV…'));
    expect(await screen.findByText('Exported failures.csv')).toBeTruthy();
    expect(formats).toEqual(['failures']);
  });
});

describe('the close look at a run', () => {
  it('leaves the focus, the selection and the list where it has come to', async () => {
    const { model } = await renderApp('done', <App />);
    const focused = () => document.activeElement?.getAttribute('data-offset');
    const selected = () => model.ui.getState().selected.get(2);
    const cells = await screen.findAllByRole('gridcell');
    act(() => cells[5]?.focus());
    fireEvent.keyDown(cells[5] ?? document.body, { key: 'Enter' });
    const dialog = await screen.findByRole('dialog', { name: 'Close look' });
    for (const _ of Array.from({ length: 3 })) {
      fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    }
    fireEvent.keyDown(dialog, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect([selected(), focused()]).toEqual([8, '8']);

    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Enter' });
    const again = await screen.findByRole('dialog', { name: 'Close look' });
    const onScreen = Number(screen.getAllByRole('gridcell').at(-1)?.dataset['offset']);
    const far = onScreen + 20;
    for (const _ of Array.from({ length: far - 8 })) {
      fireEvent.keyDown(again, { key: 'ArrowRight' });
    }
    fireEvent(again, new Event('cancel', { cancelable: true }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect([selected(), focused()]).toEqual([far, String(far)]);
  });
});

describe('the keys of a run', () => {
  const press = (key: string, held: object = {}, on: Element = document.body) =>
    fireEvent.keyDown(on, { key, ...held });

  it('pause it, go on with it, and ask before it is cancelled', async () => {
    const { backend } = await shownWith((run) => ({ state: { kind: 'running' }, counts: run.counts }));
    press('X', { shiftKey: true });
    const dialog = await screen.findByRole('dialog', { name: /^Cancel portraits/ });
    // What lies behind a dialog hears nothing.
    press('p');
    expect(backend.runs.get(2)?.run.state.kind).toBe('running');
    fireEvent.click(within(dialog).getByRole('button', { name: /^(?:Keep|Back|Close)/ }));
    press('p');
    await waitFor(() => expect(backend.runs.get(2)?.run.state.kind).toBe('paused'));
    await screen.findByRole('button', { name: /^Resume/ });
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(backend.runs.get(2)?.run.state.kind).toBe('running'));
  });

  it('take a pause back while requests are in flight, and may pause it again', async () => {
    const { backend } = await shownWith((run) => ({
      state: { kind: 'draining' },
      counts: { ...run.counts, sent: 2, pending: 9 },
    }));
    const asked: unknown[] = [];
    backend.client.runs.resume = (request) => {
      asked.push(request);
      return new Promise(() => undefined);
    };
    expect(screen.getByRole('button', { name: 'Keep running' })).toBeTruthy();
    press('Enter', { ctrlKey: true });
    expect(await screen.findByText(/goes on by itself once/)).toBeTruthy();
    press('Enter', { ctrlKey: true });
    expect(asked).toEqual([{ runId: 2 }]);
    press('p');
    await waitFor(() => expect(backend.runs.get(2)?.run.state.kind).toBe('paused'));
  });

  it('send what failed once, however long they are held', async () => {
    const rendered = await renderApp('done', <App />);
    const asked = spyOnRerun(rendered);
    press('Enter', { ctrlKey: true });
    press('Enter', { ctrlKey: true, repeat: true });
    await waitFor(() => expect(asked).toEqual([{ runId: 2, which: { kind: 'failed' } }]));
  });

  it('lead to the dialogs and screens of its buttons', async () => {
    await renderApp('done', <App />);
    press('e', { ctrlKey: true });
    fireEvent.click(within(await screen.findByRole('dialog', { name: /^Export/ })).getByText('Cancel'));
    press('b');
    fireEvent.click(within(await screen.findByRole('dialog', { name: 'Compare blind' })).getByText('Cancel'));
    press('j');
    fireEvent.click(within(await screen.findByRole('dialog', { name: /^Judge/ })).getByText('Cancel'));
    press('v');
    expect(await screen.findByRole('button', { name: /^Accept P/ })).toBeTruthy();
  });
});
