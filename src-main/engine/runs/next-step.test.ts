import { FAILURES, type Failure, type FailureKind, failureKindSchema } from '@shared/model/failure';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../ports';
import { endpoint, failure } from '../testing/fleet-samples';
import { FREE_TRIES, newTicket, nextStep, type NextStep, type Ticket } from './next-step';

const LEASE: Lease = { id: 1, endpoint: endpoint('a'), keyId: 'k', model: 'm', leasedAt: 0 };
const FRESH = newTicket({ id: 7, runId: 1, model: { provider: 'openai', model: 'm' }, retriesUsed: 0 });

function after(
  given: Failure,
  how: {
    ticket?: Ticket;
    maxRetries?: number;
    random?: number;
    now?: number;
    at?: string;
    /** Those that may serve. */
    endpoints?: readonly string[];
  } = {},
): NextStep {
  return nextStep({
    outcome: { kind: 'failed', failure: given },
    ticket: how.ticket ?? FRESH,
    lease: { ...LEASE, endpoint: endpoint(how.at ?? 'a') },
    rules: { maxRetries: how.maxRetries ?? 0, retryDelayMs: 1_000 },
    random: () => how.random ?? 0.5,
    now: how.now ?? 0,
    isServedElsewhere: (besides) => (how.endpoints ?? []).some((id) => !besides.includes(id)),
  });
}

/** With no retries allowed, and with one. */
const STEPS: Readonly<Record<FailureKind, readonly [string, string]>> = {
  invalid_key: ['again uncounted', 'again uncounted'],
  quota_minute: ['again uncounted', 'again uncounted'],
  quota_day: ['again uncounted', 'again uncounted'],
  no_credit: ['again uncounted', 'again uncounted'],
  no_model: ['again uncounted', 'again uncounted'],
  overloaded: ['failed', 'again counted'],
  network: ['failed', 'again counted'],
  timeout: ['failed', 'again counted'],
  malformed: ['failed', 'again counted'],
  no_image: ['failed', 'again counted'],
  blocked: ['failed', 'failed'],
  schema_mismatch: ['failed', 'failed'],
  token_limit: ['failed', 'failed'],
  bad_request: ['failed', 'failed'],
  bad_input: ['failed', 'failed'],
  storage: ['pause', 'pause'],
  budget: ['pause', 'pause'],
};

function nameOf(step: NextStep): string {
  switch (step.kind) {
    case 'over':
      return step.next.kind;
    case 'pause':
      return 'pause';
    case 'again':
      return step.next.counted ? 'again counted' : 'again uncounted';
  }
}

describe('nextStep', () => {
  it.each(failureKindSchema.options)('%s follows its row of the table', (kind) => {
    const steps = [after(failure(kind)), after(failure(kind), { maxRetries: 1 })];
    expect(steps.map(nameOf)).toEqual(STEPS[kind]);
    const second = steps[1];
    if (second?.kind === 'again') {
      const wholeEndpoint = FAILURES[kind].then === 'retry_elsewhere';
      expect(second.ticket).toMatchObject({
        avoid: [{ endpointId: 'a', keyId: 'k', wholeEndpoint }],
        isRetry: wholeEndpoint,
        lastFailure: { kind },
      });
      expect(second.delayMs).toBe(second.next.counted ? 500 : 0);
    }
  });

  it('backs off with full jitter, doubled up to a minute', () => {
    const delays = [0, 1, 2, 5, 6, 7, 50].map((retriesUsed) => {
      const step = after(failure('timeout'), {
        ticket: { ...FRESH, retriesUsed },
        maxRetries: 100,
        random: 0.999,
      });
      return step.kind === 'again' ? Math.ceil(step.delayMs / 1_000) : null;
    });
    expect(delays).toEqual([1, 2, 4, 32, 60, 60, 60]);
  });

  it('lets the wait the provider named win, a little later', () => {
    const step = after(failure('overloaded', { retryAfterMs: 90_000 }), { maxRetries: 1, random: 0.999 });
    expect(step).toMatchObject({ kind: 'again', delayMs: 90_999 });
  });

  it('does not wait that long where another endpoint may serve that has named no wait itself', () => {
    const endpoints = ['a', 'b'];
    const asked = (retryAfterMs: number): Failure => failure('overloaded', { retryAfterMs });
    const first = after(asked(30_000), { maxRetries: 2, endpoints });
    expect(first).toMatchObject({ delayMs: 500 });
    const ticket = first.kind === 'again' ? first.ticket : FRESH;
    const then = { ticket, maxRetries: 2, random: 0, endpoints, at: 'b' };
    expect(after(asked(90_000), { ...then, now: 10_000 })).toMatchObject({ delayMs: 20_000 });
    expect(after(asked(90_000), { ...then, now: 30_000, random: 0.5 })).toMatchObject({ delayMs: 1_000 });
  });

  it('waits nowhere longer than an hour', () => {
    const asked = failure('overloaded', { retryAfterMs: 86_400_000 });
    expect(after(asked, { maxRetries: 1, random: 0 })).toMatchObject({ delayMs: 3_600_000 });
  });

  it.each(['network', 'timeout'] as const)(
    'does not count a %s before any byte had left, ten times',
    (kind) => {
      let ticket = FRESH;
      for (let tries = 1; tries <= FREE_TRIES; tries += 1) {
        const step = after(failure(kind, { bodySent: false }), { ticket });
        expect(step).toMatchObject({ kind: 'again', next: { counted: false }, ticket: { freeTries: tries } });
        ticket = step.kind === 'again' ? step.ticket : ticket;
      }
      expect(nameOf(after(failure(kind, { bodySent: false }), { ticket }))).toBe('failed');
      expect(nameOf(after(failure(kind, { bodySent: true })))).toBe('failed');
    },
  );

  it('takes no retry of an endpoint for a job that a key sends on, whatever failed it before', () => {
    const retry = after(failure('overloaded'), { maxRetries: 1 });
    expect(retry).toMatchObject({ ticket: { isRetry: true, retriesUsed: 1 } });
    const ticket = retry.kind === 'again' ? retry.ticket : FRESH;
    const moved = after(failure('quota_minute', { retryAfterMs: 60_000 }), { ticket, maxRetries: 1 });
    expect(moved).toMatchObject({ kind: 'again', delayMs: 0, ticket: { isRetry: false, retriesUsed: 1 } });
    expect(after(failure('network', { bodySent: false }))).toMatchObject({ ticket: { isRetry: true } });
  });

  it('counts retries of earlier sessions', () => {
    const ticket = newTicket({ ...FRESH.job, retriesUsed: 2 });
    expect(nameOf(after(failure('no_image'), { ticket, maxRetries: 2 }))).toBe('failed');
    expect(after(failure('no_image'), { ticket, maxRetries: 3 })).toMatchObject({
      ticket: { retriesUsed: 3 },
    });
  });

  it('makes what was lost unknown, never sent again by itself', () => {
    const step = nextStep({
      outcome: { kind: 'lost' },
      ticket: FRESH,
      lease: LEASE,
      rules: { maxRetries: 9, retryDelayMs: 0 },
      random: () => 0,
      now: 0,
      isServedElsewhere: () => false,
    });
    expect(step).toEqual({ kind: 'over', next: { kind: 'unknown' } });
  });

  it('makes unknown what was made and could not be fetched, whatever may be retried', () => {
    const step = nextStep({
      outcome: { kind: 'failed', failure: failure('malformed'), isMade: true },
      ticket: FRESH,
      lease: LEASE,
      rules: { maxRetries: 9, retryDelayMs: 0 },
      random: () => 0,
      now: 0,
      isServedElsewhere: () => false,
    });
    expect(step).toEqual({ kind: 'over', next: { kind: 'unknown' } });
  });

  it('makes an answer that could be kept nowhere unknown, and pauses its run', () => {
    const pauses = failure('storage');
    const step = nextStep({
      outcome: { kind: 'lost', failure: pauses },
      ticket: FRESH,
      lease: LEASE,
      rules: { maxRetries: 9, retryDelayMs: 0 },
      random: () => 0,
      now: 0,
      isServedElsewhere: () => false,
    });
    expect(step).toEqual({ kind: 'over', next: { kind: 'unknown' }, pauses });
  });
});

describe('an answer that does not fit its schema', () => {
  const repair = { text: '{"score": 11}', errors: ['/score must be <= 10.'] };
  const outcome = { kind: 'failed', failure: failure('schema_mismatch'), repair } as const;
  const rules = { maxRetries: 0, retryDelayMs: 1_000 };
  const step = (ticket: Ticket): NextStep =>
    nextStep({
      outcome,
      ticket,
      lease: LEASE,
      rules,
      random: () => 0.5,
      now: 0,
      isServedElsewhere: () => false,
    });

  it('is asked for again once, at once, uncounted, with what is to be mended', () => {
    const first = step(FRESH);
    expect(first).toMatchObject({ kind: 'again', next: { counted: false }, delayMs: 0 });
    const ticket = first.kind === 'again' ? first.ticket : FRESH;
    expect(ticket).toMatchObject({ job: { id: 7, repair }, retriesUsed: 0, avoid: [], isRetry: false });
    expect(step(ticket)).toEqual({ kind: 'over', next: { kind: 'failed' } });
  });

  it('takes its repair along through other failures', () => {
    const first = step(FRESH);
    const ticket = first.kind === 'again' ? first.ticket : FRESH;
    const second = after(failure('overloaded'), { ticket, maxRetries: 1 });
    expect(second).toMatchObject({ kind: 'again', ticket: { job: { repair }, retriesUsed: 1 } });
  });

  it('is a result where it fits', () => {
    const answer = { text: 'yes', mimeType: 'text/plain' } as const;
    const given = { kind: 'text', answer, usage: {}, costUsd: null } as const;
    const input = { outcome: given, ticket: FRESH, lease: LEASE, rules };
    const next = nextStep({ ...input, random: () => 0.5, now: 0, isServedElsewhere: () => false });
    expect(next).toEqual({ kind: 'over', next: { kind: 'done' } });
  });
});
