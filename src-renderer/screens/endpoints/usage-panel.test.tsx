import { act, fireEvent, screen, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import type { Usage } from '@shared/model/usage';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

const part = { requests: 0, costUsd: 0, maybeUsd: 0 };
const DAYS: Usage['days'] = [
  { startsAt: 1000, endpoints: [{ ...part, endpointId: 'google', requests: 10, costUsd: 2 }] },
  {
    startsAt: 86_401_000,
    endpoints: [
      { ...part, endpointId: 'google', requests: 30, costUsd: 1, maybeUsd: 1 },
      { ...part, endpointId: 'relay', requests: 5, costUsd: 6 },
    ],
  },
];
const KEYS: Usage['keys'] = [
  { ...part, endpointId: 'relay', keyId: 'relay-q81c', model: 'm', requests: 5, costUsd: 6 },
  {
    ...part,
    endpointId: 'google',
    keyId: 'team-a-x7Qd',
    model: 'm',
    requests: 30,
    costUsd: 3,
    maybeUsd: 1,
  },
  { ...part, endpointId: 'google', keyId: 'long-gone', model: 'm', requests: 10 },
];

async function open(usage: (input: { days: number }) => Promise<Usage>) {
  const { model, backend } = await renderApp('full', <App />);
  const ask = vi.fn(usage);
  backend.client.endpoints.usage = ask;
  act(() => show(model.ui, { kind: 'endpoints', endpointId: 'google', tab: 'usage' }));
  return { ask, panel: within(await screen.findByRole('region', { name: 'Usage' })) };
}

describe('the usage', () => {
  it('shows what an endpoint was used for by day and by key, and all of them on a press', async () => {
    const { panel, ask } = await open(async () => ({ days: DAYS, keys: KEYS }));
    const chart = await panel.findByRole('img');
    expect(chart.getAttribute('aria-label')).toBe('Cost by day: 40 requests, $3.00, $1.00 possibly charged');
    const [known, maybe] = ['.usage-known', '.usage-maybe'].map((bar) =>
      [...chart.querySelectorAll<HTMLElement>(bar)].map(({ style }) => style.height),
    );
    expect(known).toEqual(['100%', '50%']);
    expect(maybe).toEqual(['50%']);
    const rows = () =>
      panel
        .getAllByRole('row')
        .slice(1)
        .map((row) => row.textContent);
    expect(rows()).toEqual(['team-a …x7Qdm30$3.00$1.00100%', 'a key that is not in the librarym10$0.000%']);
    fireEvent.click(panel.getByRole('button', { name: 'All endpoints' }));
    expect(panel.getByRole('img').getAttribute('aria-label')).toContain('45 requests, $9.00');
    expect(rows()[0]).toBe('relay …q81cRelay Frankfurtm5$6.0060%');
    expect(ask).toHaveBeenCalledTimes(1);
    fireEvent.click(panel.getByRole('button', { name: '90 days' }));
    expect(ask).toHaveBeenLastCalledWith({ days: 90 });
  });

  it('tells a day that is pointed at, in requests where that is asked for', async () => {
    const { panel } = await open(async () => ({ days: DAYS, keys: KEYS }));
    fireEvent.click(await panel.findByRole('button', { name: 'Requests' }));
    const chart = panel.getByRole('img');
    expect(chart.getAttribute('aria-label')).toMatch(/^Requests by day/);
    const [first] = chart.querySelectorAll('.usage-day');
    if (first === undefined) {
      throw new Error('no day');
    }
    fireEvent.pointerEnter(first);
    expect(panel.getByRole('status').textContent).toBe('10 requests, $2.00');
    fireEvent.pointerLeave(chart);
    expect(panel.getByRole('status').textContent).toContain('40 requests');
  });

  it('says that nothing was sent, or why it cannot be read', async () => {
    const { panel } = await open(async () => ({ days: [{ startsAt: 0, endpoints: [] }], keys: [] }));
    expect(await panel.findByText(/Nothing was sent in this time/)).toBeTruthy();
  });

  it('says why it cannot be read', async () => {
    const { panel } = await open(async () => {
      throw new ORPCError('BAD_INPUT', { message: 'The library is busy.', defined: true });
    });
    expect(await panel.findByText('The library is busy.')).toBeTruthy();
  });
});
