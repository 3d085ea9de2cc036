/** Rows of the failure table, each asked over a socket through the SDK of its provider. */
import type { Failure, FailureKind } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdapters } from '../index';
import { callContext, endpoint, failureIn, GOOGLE_KEY, request, type TestContext } from './calls';
import { json, type Script, type ScriptedServer, startScriptedServer } from './scripted-server';

/** What is not said of a failure is checked to be absent: `retryAfterMs`, and `providerCode` where it is null. */
export type Row = readonly [what: string, script: Script, kind: FailureKind, more?: Told];

export interface Told {
  /** Absent: the failure must name no wait. */
  readonly retryAfterMs?: number;
  /** Null: the failure must carry none. Absent: any. */
  readonly providerCode?: string | null;
  /** A part of it. */
  readonly message?: string;
}

export interface FailureTable {
  /** Exactly one request is sent for it. */
  failureOf(provider: Provider, script: Script, timeoutMs?: number): Promise<Failure>;
  check(provider: Provider, rows: readonly Row[]): void;
}

/** Registers the server's start and end with the test file that calls it. */
export function failureTable(): FailureTable {
  let server: ScriptedServer;
  let context: TestContext | undefined;
  const adapters = createAdapters();

  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(async () => {
    await context?.close();
    await server.close();
  });

  async function failureOf(provider: Provider, script: Script, timeoutMs = 20_000): Promise<Failure> {
    server.reply(script);
    context = callContext(endpoint(provider, server.url, { timeoutMs }), GOOGLE_KEY);
    const asked = request({ model: 'gemini-9-image' });
    const failure = failureIn(await adapters[provider].image(asked, context));
    expect(server.begun()).toBe(1);
    return failure;
  }

  function check(provider: Provider, rows: readonly Row[]): void {
    for (const [what, script, kind, told = {}] of rows) {
      it(what, async () => {
        expectTold(await failureOf(provider, script), { script, kind, told });
      });
    }
  }

  return { failureOf, check };
}

interface Expected {
  readonly script: Script;
  readonly kind: FailureKind;
  readonly told: Told;
}

function expectTold(failure: Failure, { script, kind, told }: Expected): void {
  const { retryAfterMs, bodySent, httpStatus } = failure;
  expect({ kind: failure.kind, retryAfterMs, bodySent, httpStatus }).toEqual({
    kind,
    retryAfterMs: told.retryAfterMs,
    bodySent: true,
    httpStatus: script.kind === 'answer' ? script.status : undefined,
  });
  expect(failure.message).toContain(told.message ?? '');
  if (told.providerCode !== undefined) {
    expect(failure.providerCode ?? null).toBe(told.providerCode);
  }
}

const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
export const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
export const EXCEEDED = 'You exceeded your current quota, please check your plan and billing details.';

/** A 429 as Google writes it. `retryDelay` null: without RetryInfo. */
export function quotaError(
  violations: readonly object[],
  retryDelay: string | null,
  message = EXCEEDED,
): { readonly error: object } {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
    ...(violations.length === 0 ? [] : [{ '@type': QUOTA_FAILURE, violations }]),
    ...(retryDelay === null ? [] : [{ '@type': RETRY_INFO, retryDelay }]),
  ];
  return { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } };
}

export const MINUTE = {
  quotaMetric: 'x/generate_content_requests',
  quotaId: 'GenerateRequestsPerMinutePerProjectPerModel',
  quotaValue: '10',
};
export const DAY = {
  quotaMetric: 'x/generate_content_free_tier_requests',
  quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  quotaValue: '20',
};

/** An error as OpenAI writes it. */
export function plainError(status: number, error: object, headers: Record<string, string> = {}): Script {
  return json({ error }, status, headers);
}
