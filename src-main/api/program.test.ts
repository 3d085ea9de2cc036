/** What becomes of a program's requests when the owner of its library ends, at every moment of it. The owners are scripted. */
import { randomUUID } from 'node:crypto';
import type { TextAsk } from '@shared/model/text';
import { describe, expect, it } from 'vitest';
import type { ProgramAnswer } from '../app/program-place';
import { LOST } from '../app/sessions/answer-of';
import type { SubmitOptions } from '../app/sessions/session';
import { type Gone, type OpenPlace, OwnerGone } from './place';
import { createProgram, type ProgramSession } from './program';

const MODEL = { provider: 'google_genai', model: 'm' } as const;
const SESSION = { name: 's', concurrency: 1, maxRetries: 0 };

const askOf = (text: string): TextAsk => ({
  kind: 'text',
  model: MODEL,
  system: '',
  messages: [{ role: 'user', parts: [{ kind: 'text', text }] }],
  generation: {},
  answer: { kind: 'text' },
});
const answerOf = (text: string): ProgramAnswer => ({
  kind: 'text',
  answer: { text, mimeType: 'text/plain' },
});
const textOf = (ask: TextAsk): string =>
  ask.messages.flatMap(({ parts }) => parts.map((part) => (part.kind === 'text' ? part.text : ''))).join('');

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((settle, fail) => {
    [resolve, reject] = [settle, fail];
  });
  return { promise, resolve, reject };
}

interface Owner {
  readonly place: OpenPlace;
  /** Asked of it, in their order. */
  readonly asked: string[];
  /** The job of a request is in its library. */
  journal(text: string, jobId: number): void;
  answer(text: string): void;
  tokenOf(text: string): string | undefined;
  /** It was gone before it heard of this one. */
  miss(text: string): void;
  end(how: Gone): void;
}

interface Ways {
  /** Until then nothing is opened. */
  readonly opens?: Promise<void>;
  readonly ends?: () => Promise<ReadonlyMap<number, ProgramAnswer>>;
  /** Which process it is; absent: another than all others. */
  readonly name?: string;
  /** The job of each token in its library; absent: nobody can tell. */
  readonly jobs?: (tokens: readonly string[]) => ReadonlyMap<string, number | null>;
}

function owner({
  opens = Promise.resolve(),
  ends = async () => new Map(),
  jobs = () => new Map(),
  name = randomUUID(),
}: Ways = {}): Owner {
  const asked: string[] = [];
  const told = new Map<
    string,
    {
      options: Omit<SubmitOptions, 'onAgain'>;
      settle(answer: ProgramAnswer): void;
      fail(error: unknown): void;
    }
  >();
  const { promise: gone, resolve: end } = withResolvers<Gone>();
  const orGone = <T>(work: Promise<T>): Promise<T> =>
    Promise.race([
      work,
      gone.then(() => {
        throw new OwnerGone();
      }),
    ]);
  return {
    asked,
    end,
    journal: (text, jobId) => told.get(text)?.options.onJob?.(jobId),
    tokenOf: (text) => told.get(text)?.options.token,
    miss: (text) => told.get(text)?.fail(new OwnerGone()),
    answer: (text) => told.get(text)?.settle(answerOf(text)),
    place: {
      model: MODEL,
      owner: name,
      gone,
      keyStatus: () => ({}),
      leave: async () => undefined,
      jobsOf: async (tokens) => jobs(tokens),
      endsOf: ends,
      async open() {
        await orGone(opens);
        return {
          inFlight: () => 0,
          close: async () => undefined,
          submitAll: (asks, options) =>
            asks.map((ask, at) => {
              asked.push(textOf(ask));
              const { promise, resolve, reject } = withResolvers<ProgramAnswer>();
              told.set(textOf(ask), { options: options[at] ?? {}, settle: resolve, fail: reject });
              return promise;
            }),
        };
      },
    },
  };
}

const submit = (session: ProgramSession, ...texts: readonly string[]) =>
  session.submitAll(
    texts.map(askOf),
    texts.map(() => ({})),
  );
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** A program whose owners come one after the other. */
function programOf(first: Owner, ...others: readonly (Owner | Promise<Owner>)[]) {
  const left = [...others];
  return createProgram(first.place, async () => {
    const next = await left.shift();
    if (next === undefined) {
      throw new Error('no owner is left');
    }
    return next.place;
  });
}

describe('when the owner dies', () => {
  it('asks the next what came after its death: nobody has been asked', async () => {
    const [first, second] = [owner(), owner()];
    const found = withResolvers<Owner>();
    const session = await programOf(first, found.promise).open(SESSION);
    const [early] = submit(session, 'early');
    await turns();
    first.end('died');
    await turns();
    const [late] = submit(session, 'late');
    found.resolve(second);
    await expect(early).resolves.toEqual({ kind: 'failed', failure: LOST });
    await turns();
    expect(second.asked).toEqual(['late']);
    second.answer('late');
    await expect(late).resolves.toEqual(answerOf('late'));
  });

  it('asks the next what the dead one was never asked, because its session was just being opened', async () => {
    const never = new Promise<void>(() => undefined);
    const [first, second, third] = [owner(), owner({ opens: never }), owner()];
    const session = await programOf(first, second, third).open(SESSION);
    const [one] = submit(session, 'one');
    await turns();
    first.end('handedOver');
    await turns();
    second.end('died');
    await turns();
    expect(third.asked).toEqual(['one']);
    third.answer('one');
    await expect(one).resolves.toEqual(answerOf('one'));
  });

  it('asks the next what never came to the library, and hears of the rest from there, though nobody told of its job', async () => {
    const tokens: (string | undefined)[] = [];
    const first = owner();
    const next = owner({
      jobs: (asked) => new Map(asked.map((token, at) => [token, at === 0 ? 7 : null])),
      ends: async () => new Map([[7, answerOf('done')]]),
    });
    const session = await programOf(first, next).open(SESSION);
    const [done, never] = submit(session, 'done', 'never');
    await turns();
    tokens.push(first.tokenOf('done'), first.tokenOf('never'));
    expect(new Set(tokens).size).toBe(2);
    first.end('died');
    await expect(done).resolves.toEqual(answerOf('done'));
    await turns();
    expect(next.asked).toEqual(['never']);
    // Else who looks for it might find the first.
    expect(tokens).not.toContain(next.tokenOf('never'));
    next.answer('never');
    await expect(never).resolves.toEqual(answerOf('never'));
  });

  it('is told nothing of what the same owner may just be writing down: it is asked by nobody else', async () => {
    const first = owner({ name: 'same' });
    const again = owner({ name: 'same', jobs: (tokens) => new Map(tokens.map((token) => [token, null])) });
    const session = await programOf(first, again).open(SESSION);
    const [one] = submit(session, 'one');
    await turns();
    first.end('died');
    await expect(one).resolves.toEqual({ kind: 'failed', failure: LOST });
    expect(again.asked).toEqual([]);
  });

  it('asks the next what the dead one never heard of, and that once', async () => {
    const [first, second] = [owner(), owner()];
    const session = await programOf(first, second).open(SESSION);
    const [heard, missed] = submit(session, 'heard', 'missed');
    await turns();
    first.miss('missed');
    first.end('died');
    await expect(heard).resolves.toEqual({ kind: 'failed', failure: LOST });
    await turns();
    first.miss('missed');
    await turns();
    expect(second.asked).toEqual(['missed']);
    second.answer('missed');
    await expect(missed).resolves.toEqual(answerOf('missed'));
  });

  it('hears what became of its requests from the one after, when the next dies before it has told', async () => {
    const dying = owner({
      ends: async () => {
        throw new OwnerGone();
      },
    });
    const last = owner({ ends: async () => new Map([[7, answerOf('done')]]) });
    const first = owner();
    const session = await programOf(first, dying, last).open(SESSION);
    const [done, unsent] = submit(session, 'done', 'unsent');
    await turns();
    first.journal('done', 7);
    first.journal('unsent', 8);
    first.end('died');
    await expect(done).resolves.toEqual(answerOf('done'));
    await turns();
    expect(last.asked).toEqual(['unsent']);
    last.answer('unsent');
    await expect(unsent).resolves.toEqual(answerOf('unsent'));
  });
});

describe('when no other owner can be had', () => {
  it('tells what may have been sent as that, and refuses what nobody was asked', async () => {
    const first = owner();
    const session = await programOf(first).open(SESSION);
    const [sent] = submit(session, 'sent');
    await turns();
    first.end('died');
    const [never] = submit(session, 'never');
    await expect(sent).resolves.toEqual({ kind: 'failed', failure: LOST });
    await expect(never).rejects.toThrow('no owner is left');
  });
});

describe('while no next owner is found', () => {
  const nobody = new Promise<Owner>(() => undefined);

  it('closes at once where the last owner said that it sends nothing more', async () => {
    const first = owner();
    const session = await programOf(first, nobody).open(SESSION);
    const [one] = submit(session, 'one');
    await turns();
    first.end('handedOver');
    await turns();
    await session.close('drop');
    await expect(one).resolves.toEqual({ kind: 'cancelled' });
  });

  it('lets go of what its caller wants no more, at once', async () => {
    const first = owner();
    const session = await programOf(first, nobody).open(SESSION);
    first.end('died');
    await turns();
    const cut = new AbortController();
    const [one] = session.submitAll([askOf('one')], [{ signal: cut.signal }]);
    cut.abort();
    await expect(one).resolves.toEqual({ kind: 'cancelled' });
  });

  it('lets go of what its caller wanted no more before the owner ended', async () => {
    const first = owner();
    const session = await programOf(first, nobody).open(SESSION);
    const cut = new AbortController();
    const [one] = session.submitAll([askOf('one')], [{ signal: cut.signal }]);
    await turns();
    cut.abort();
    first.end('handedOver');
    await expect(one).resolves.toEqual({ kind: 'cancelled' });
  });

  it('leaves the one that is found after it has left', async () => {
    const [first, second] = [owner(), owner()];
    const found = withResolvers<Owner>();
    let hasLeft = false;
    const program = programOf(first, found.promise);
    const session = await program.open(SESSION);
    const [one] = submit(session, 'one');
    await turns();
    first.end('handedOver');
    await turns();
    await program.leave();
    found.resolve({
      ...second,
      place: {
        ...second.place,
        leave: async () => {
          hasLeft = true;
        },
      },
    });
    await expect(one).rejects.toThrow('is closed');
    await turns();
    expect([hasLeft, second.asked]).toEqual([true, []]);
  });
});

describe('a program that has left', () => {
  it('looks for no other owner, and asks nothing more', async () => {
    const [first, second] = [owner(), owner()];
    const program = programOf(first, second);
    const session = await program.open(SESSION);
    const [one] = submit(session, 'one');
    await turns();
    await program.leave();
    first.end('died');
    await expect(one).rejects.toThrow('is closed');
    await expect(submit(session, 'two')[0]).rejects.toThrow('is closed');
    await expect(program.open(SESSION)).rejects.toThrow('is closed');
    expect(second.asked).toEqual([]);
  });
});
