/** The reasons of a rejection: whose they are, that they stay to be seen, and how number keys rate again. */
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Review } from '@shared/model/review';
import type { Rendered } from '../../testing/render-app';
import { opened, press, shown } from './testing/open-review';

const asked = () => screen.queryByRole('group', { name: 'Why it was rejected' });
const given = () =>
  within(asked() ?? document.body)
    .getAllByRole('button', { pressed: true })
    .map(({ textContent }) => textContent?.replace(/ ?\d?$/, ''));

/** As the library knows the last one that is reviewed. */
async function reviewedBefore({ backend }: Rendered, review: Review): Promise<void> {
  const source = { kind: 'run', runId: 2 } as const;
  const ids = await backend.client.review.queue({ source, filter: 'unset', order: 'source' });
  const { job } = backend.client.runs;
  backend.client.runs.job = async (input) => ({
    ...(await job(input)),
    ...(input.jobId === ids.at(-1) ? { review } : {}),
  });
}

describe('the reasons of a rejection', () => {
  it('name the picture they are of while the next one is shown', async () => {
    await opened();
    press('X', { shiftKey: true });
    expect(asked()?.textContent).toMatch(/^Why\?/);
    expect(asked()?.querySelector('img')).toBeNull();
    press('x');
    await shown(2);
    expect(asked()?.textContent).toMatch(/^Row \d+: why\?/);
    expect(asked()?.querySelector('img')).not.toBeNull();
  });

  it('are closed by Escape, and number keys rate the picture on the screen', async () => {
    const { saved } = await opened();
    press('x');
    await shown(2);
    press('2');
    press('Escape');
    expect(asked()).toBeNull();
    press('4');
    expect(saved.at(-1)?.jobId).not.toBe(saved[0]?.jobId);
    expect(saved.at(-1)?.review).toMatchObject({ rating: 4, reasons: [] });
  });

  it('are shown again whenever the rejected result is, and changed by its keys', async () => {
    const rendered = await opened();
    await reviewedBefore(rendered, { verdict: 'rejected', reasons: ['Cut off', 'hands'], note: '' });
    press('End');
    await screen.findByRole('group', { name: 'Why it was rejected' });
    expect(given()).toEqual(['Cut off', 'hands']);
    press('9');
    expect(rendered.saved.at(-1)?.review?.reasons).toEqual(['hands']);
    fireEvent.click(screen.getByRole('button', { name: 'Close the reasons' }));
    expect(asked()).toBeNull();
    press('3');
    expect(rendered.saved.at(-1)?.review).toMatchObject({ rating: 3, reasons: ['hands'] });
    expect(asked()).toBeNull();
    press('ArrowLeft');
    expect(asked()).toBeNull();
    press('End');
    expect(given()).toEqual(['hands']);
  });

  it('may be words of one’s own', async () => {
    const { saved } = await opened();
    press('x');
    await shown(2);
    const field = screen.getByRole('textbox', { name: 'Other reason' });
    field.focus();
    fireEvent.change(field, { target: { value: ' too many fingers ' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(saved.at(-1)?.review?.reasons).toEqual(['too many fingers']);
    expect(document.activeElement).toBe(document.body);
    expect(given()).toEqual(['too many fingers']);
    // Once more it is not taken off again.
    fireEvent.change(field, { target: { value: 'too many fingers' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(saved).toHaveLength(2);
    fireEvent.change(field, { target: { value: 'another' } });
    fireEvent.keyDown(field, { key: 'Escape' });
    expect(saved).toHaveLength(2);
    expect(field).toMatchObject({ value: '' });
  });
});
