import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import type { EndpointTab } from '../../state/ui-store';
import { NO_GAUGES } from '../../testing/fake-fleet-data';
import { renderApp } from '../../testing/render-app';

async function open(tab: EndpointTab = 'settings') {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'endpoints', endpointId: 'google', tab }));
  const saved: object[] = [];
  const update = rendered.backend.client.endpoints.update;
  rendered.backend.client.endpoints.update = async (draft) => {
    saved.push(draft);
    return await update(draft);
  };
  return { ...rendered, saved };
}

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

describe('the settings of an endpoint', () => {
  it('preview where a request goes while its address is typed', async () => {
    await open();
    type(screen.getByLabelText('Base URL'), 'http://relay.example/v1/');
    expect(
      screen.getByText('http://relay.example/v1/models/gemini-nano-banana-2.1:generateContent'),
    ).toBeTruthy();
    expect(screen.getByText(/anyone in between can read your keys and pictures/)).toBeTruthy();
  });

  it('are saved when a field is left, and never an address that is none', async () => {
    const { saved } = await open();
    const field = screen.getByLabelText('Base URL');
    type(field, 'relay');
    fireEvent.blur(field);
    expect(field.getAttribute('aria-invalid')).toBe('true');
    type(field, 'https://relay.example');
    fireEvent.blur(field);
    await waitFor(() => expect(saved).toMatchObject([{ baseUrl: 'https://relay.example' }]));
  });

  it('never save a limit that is only half typed', async () => {
    const { saved } = await open();
    const field = screen.getByLabelText('Requests per minute');
    type(field, '6');
    type(field, '60');
    expect(saved).toEqual([]);
    fireEvent.blur(field);
    await waitFor(() => expect(saved).toMatchObject([{ limits: { requestsPerMinute: 60 } }]));
    type(field, '0');
    fireEvent.blur(field);
    await waitFor(() => expect(saved.at(-1)).toMatchObject({ limits: {} }));
    expect(saved.at(-1)).not.toHaveProperty('limits.requestsPerMinute');
  });

  it('fill all limits in from an account tier, and say from when its figures are', async () => {
    const { saved } = await open();
    fireEvent.change(screen.getByLabelText('Fill in from an account tier'), { target: { value: 'free' } });
    await waitFor(() =>
      expect(saved).toMatchObject([
        {
          limits: { requestsPerMinute: 5, tokensPerMinute: 25_000, requestsPerDay: 25, concurrency: 2 },
        },
      ]),
    );
    expect(screen.getByText(/Gemini’s figures of 2025/)).toBeTruthy();
    expect(screen.getByText(/0 or blank is no limit. To send nothing, pause/)).toBeTruthy();
  });

  it('preview the share of a weight before it is saved', async () => {
    const { saved } = await open();
    const field = screen.getByLabelText('Weight');
    type(field, '4');
    expect(screen.getByText('would be 80% of its provider’s traffic')).toBeTruthy();
    expect(saved).toEqual([]);
    fireEvent.keyDown(field, { key: 'Enter' });
    fireEvent.blur(field);
    await waitFor(() => expect(saved).toMatchObject([{ weight: 4 }]));
    expect(screen.getByText(/^80% of its provider’s traffic/)).toBeTruthy();
  });

  it('take a time zone that exists, and give it back when it is cleared', async () => {
    const { saved } = await open();
    const field = screen.getByLabelText('Daily limits reset');
    type(field, 'Mars/Olympus');
    fireEvent.blur(field);
    expect(screen.getByText(/There is no time zone Mars\/Olympus/)).toBeTruthy();
    type(field, 'Europe/Berlin');
    fireEvent.blur(field);
    await waitFor(() => expect(saved).toMatchObject([{ resetZone: 'Europe/Berlin' }]));
    type(field, '');
    fireEvent.blur(field);
    await waitFor(() => expect(saved).toHaveLength(2));
    expect(saved[1]).not.toHaveProperty('resetZone');
  });

  it.each([
    ['Name', 'name', 'Relay Frankfurt', 'Another endpoint has this name.'],
    ['Weight', 'weight', '3', 'A weight is 0 or more.'],
    ['Tokens per minute', 'tokensPerMinute', '9', 'Too few for one request.'],
  ])('put a refusal under the field %s', async (label, name, value, sentence) => {
    const { backend } = await open();
    backend.client.endpoints.update = async () => {
      throw new ORPCError('BAD_INPUT', { message: sentence, data: { field: name } });
    };
    const field = screen.getByLabelText(label);
    type(field, value);
    fireEvent.blur(field);
    expect(await screen.findByText(sentence)).toBeTruthy();
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('an endpoint', () => {
  it('tells what a test found, key by key, the failed first', async () => {
    await open('keys');
    fireEvent.click(screen.getByRole('button', { name: 'Test endpoint' }));
    const results = await screen.findByRole('status', { name: 'Test results' });
    await waitFor(() => expect(within(results).getByText(/4 work, 1 failed/)).toBeTruthy());
    // Keys that found the same share a line.
    expect(within(results).getAllByText('Works')).toHaveLength(2);
    expect(within(results).getByTitle('team-a …x7Qd, team-b …p0Lk').textContent).toBe(
      'team-a …x7Qd and 1 more',
    );
    expect(within(results).getAllByRole('listitem')[0]?.textContent).toContain('Invalid key');
    expect(within(results).getByText(/Replace or re-test this key/)).toBeTruthy();
    expect(within(results).getAllByText(/account studio@example.org/)).toHaveLength(1);
  });

  it('is paused and resumed, and says how many it still waits for', async () => {
    const { saved } = await open('keys');
    fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    expect((await screen.findAllByText(/Draining · 13 in flight/)).length).toBeGreaterThan(0);
    expect(saved).toMatchObject([{ enabled: false }]);
    fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(saved.at(-1)).toMatchObject({ enabled: true }));
  });

  it('shows its figures and its last failure', async () => {
    await open('keys');
    const figures = screen.getByRole('region', { name: 'How it does' });
    expect(within(figures).getByRole('list', { name: 'Figures' }).textContent).toBe(
      '153this minute1,437today213.5ktokens a minute13in flight99.0%success8.1 / 14 sp50 / p95$14.00spent today',
    );
    expect(figures.textContent).toContain('Last failure: Waiting for quota (429)');
    expect(within(figures).getByRole('img', { name: /^Last hour: 6,915 answered, 69 failed/ })).toBeTruthy();
  });

  it('lists what happened, and what happens while one looks', async () => {
    const { backend } = await open('log');
    const log = screen.getByRole('region', { name: 'Event log' });
    expect(within(log).getAllByRole('listitem')[0]?.textContent).toMatch(
      /key team-b …p0Lk: Waiting for quota · minute quota reached · until \d\d:\d\d:\d\d/,
    );
    act(() =>
      backend.tell({
        kind: 'fleetEvent',
        event: {
          kind: 'keyState',
          id: 99,
          at: Date.now(),
          keyId: 'team-a-x7Qd',
          keyTail: 'x7Qd',
          keyLabel: 'team-a',
          endpointName: 'Google official',
          from: 'AVAILABLE',
          to: 'FAILED_INIT',
          reason: { kind: 'invalid_key', message: 'API key not valid.' },
        },
      }),
    );
    expect(await within(log).findByText('API key not valid.')).toBeTruthy();
    expect(within(log).queryByText('Relay Frankfurt')).toBeNull();
    fireEvent.click(within(log).getByRole('button', { name: 'All endpoints' }));
    expect(within(log).getAllByText('Relay Frankfurt')).toHaveLength(2);
  });

  it('asks for its figures again while they can only fall, and no longer once they are 0', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { backend, model } = await open('keys');
      const still = model.live.getState().endpoints.map((view) => ({
        ...view,
        health: { ...view.health, gauges: NO_GAUGES },
      }));
      let asked = 0;
      backend.client.endpoints.list = async () => {
        asked += 1;
        return still;
      };
      await act(() => vi.advanceTimersByTimeAsync(5000));
      expect(asked).toBe(1);
      expect(screen.getByRole('list', { name: 'Figures' }).textContent).toContain('0this minute');
      await act(() => vi.advanceTimersByTimeAsync(60_000));
      expect(asked).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('changes its tab by arrow keys', async () => {
    await open('keys');
    fireEvent.keyDown(screen.getByRole('tab', { name: /Keys/ }), { key: 'ArrowRight' });
    expect(screen.getByRole('tab', { name: 'Usage' }).getAttribute('aria-selected')).toBe('true');
    fireEvent.keyDown(screen.getByRole('tab', { name: 'Usage' }), { key: 'ArrowLeft' });
    expect(screen.getByRole('tab', { name: /Keys/ }).getAttribute('aria-selected')).toBe('true');
  });
});
