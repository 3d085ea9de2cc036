import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { deliveredCode, resultSink } from './result-sink';
import { recordingSink } from './testing/fixtures';

/** Standard output that takes nothing. */
function failing(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
}

async function ended(stream: Writable, code: number) {
  const out = resultSink(stream);
  const err = recordingSink();
  out.write('{"token":"once"}\n');
  return { code: await deliveredCode(code, out, err), err: err.text };
}

it('a result that could not be written is no success', async () => {
  expect(await ended(failing('ENOSPC'), 0)).toEqual({
    code: 1,
    err: 'brushfleet: Standard output could not be written (ENOSPC): what it was to say is lost.\n',
  });
});

it('a reader that left, a result that was taken, and a command that failed anyway end as they did', async () => {
  expect(await ended(failing('EPIPE'), 0)).toEqual({ code: 0, err: '' });
  expect(await ended(failing('ENOSPC'), 130)).toEqual({ code: 130, err: '' });
  const taken = new Writable({ write: (_chunk, _encoding, done) => done() });
  expect(await ended(taken, 0)).toEqual({ code: 0, err: '' });
});
