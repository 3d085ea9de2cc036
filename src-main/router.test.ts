/** What crosses the border between page and app: every call of the contract, well-formed, wrong and about nothing. */
import { readFile } from 'node:fs/promises';
import { isProcedure } from '@orpc/server';
import { DEFAULT_SETTINGS } from '@shared/model/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoint, INPUTS, procedures, schemaOf, wrongInputs } from './router/testing/border-inputs';
import { type BorderScene, openBorderScene } from './router/testing/border-scene';

let border: BorderScene;
beforeAll(async () => {
  border = await openBorderScene();
});
afterAll(() => border.close());

describe('the border', () => {
  it('has a well-formed input for each procedure that takes one', () => {
    const taking = [...procedures.keys()].filter((name) => schemaOf(name) !== undefined);
    expect(taking.sort()).toEqual(Object.keys(INPUTS).sort());
    for (const [name, input] of Object.entries(INPUTS)) {
      expect(schemaOf(name)?.safeParse(input).error, name).toBeUndefined();
    }
  });

  it('serves the procedures of the contract, no more and no fewer', async () => {
    const served: string[] = [];
    const walk = (node: unknown, path: readonly string[]): void => {
      if (isProcedure(node)) {
        served.push(path.join('.'));
      } else {
        for (const [key, child] of Object.entries(node as object)) {
          walk(child, [...path, key]);
        }
      }
    };
    walk(border.router, []);
    expect(served.sort()).toEqual([...procedures.keys()].sort());
    for (const name of [
      'constructor',
      '__proto__.toString',
      'keys.reveal',
      'keys.add.constructor',
      'system',
    ]) {
      expect(await border.codeOf(name, {}), name).toBe('NOT_FOUND');
    }
  });

  it.each([
    [{ weight: -1 }, 'weight', 'The weight must be 0 or more.'],
    [{ limits: { requestsPerMinute: -5 } }, 'requestsPerMinute', 'to block an endpoint or a key, pause it.'],
    [{ limits: { tokensPerMinute: 1.5 } }, 'tokensPerMinute', 'Tokens per minute must be a whole number.'],
    [{ baseUrl: 'not a url' }, 'baseUrl', '"not a url" is not a URL'],
    [{ baseUrl: 'ftp://x' }, 'baseUrl', '"ftp://x" is not a URL'],
    [{ resetZone: 'Mars/Base' }, 'resetZone', '"Mars/Base" is not a time zone'],
  ])('says what is wrong with %j at its field, and saves nothing', async (change, field, sentence) => {
    const before = await border.client.endpoints.list();
    const refused = border.client.endpoints.add({ ...endpoint, provider: 'openai', ...change });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field } });
    await expect(refused).rejects.toThrow(sentence);
    expect(await border.client.endpoints.list()).toEqual(before);
  });

  it.each([
    ['keys.update', { keyId: 'none', limits: { models: { m: { requestsPerDay: -1 } } } }, 'requestsPerDay'],
    ['groups.save', { name: 'x'.repeat(121), limits: {} }, 'name'],
    ['settings.set', { pool: { ...DEFAULT_SETTINGS.pool, strikes: 101 } }, 'strikes'],
    ['endpoints.probe', { endpointId: 'none', model: 'm', prompt: '' }, 'prompt'],
  ])('%s names the field of a slip', async (name, input, field) => {
    await expect(border.call(name, input)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field } });
  });

  it('refuses every wrong input as data, changes nothing and lives on', async () => {
    const before = await border.everything();
    const cases = Object.keys(INPUTS).flatMap((name) => wrongInputs(name).map((input) => ({ name, input })));
    const surprises: string[] = [];
    for (const { name, input } of cases) {
      const code = await border.codeOf(name, input);
      // The contract refuses it; a slip at a field that people fill in has a sentence besides.
      const isSlip = code === 'BAD_INPUT' && schemaOf(name)?.safeParse(input).success === false;
      if (code !== 'BAD_REQUEST' && !isSlip) {
        surprises.push(`${name} ${JSON.stringify(input)?.slice(0, 80)}: ${code.slice(0, 80)}`);
      }
    }
    expect(surprises).toEqual([]);
    expect(cases.length).toBeGreaterThan(200);
    expect(await border.everything()).toEqual(before);
    expect(await border.client.settings.get()).toEqual(DEFAULT_SETTINGS);
  });

  it.each([
    ['datasets.open', 'NOT_FOUND'],
    ['keys.importEnv', 'NOT_FOUND'],
    ['runs.plan', 'NOT_FOUND'],
    ['runs.start', 'NOT_FOUND'],
    ['runs.resume', 'NOT_FOUND'],
    ['runs.stop', 'NOT_FOUND'],
    ['runs.cancel', 'NOT_FOUND'],
    ['runs.setPriority', 'NOT_FOUND'],
    ['runs.move', 'NOT_FOUND'],
    ['runs.setOptions', 'NOT_FOUND'],
    ['runs.rerun', 'NOT_FOUND'],
    ['review.set', 'NOT_FOUND'],
    ['review.rerun', 'NOT_FOUND'],
    ['review.takeBack', 'NOT_FOUND'],
    ['arena.get', 'NOT_FOUND'],
    ['arena.pair', 'NOT_FOUND'],
    ['arena.choose', 'NOT_FOUND'],
    ['arena.outcome', 'NOT_FOUND'],
    ['runs.rerunJob', 'NOT_FOUND'],
    ['runs.get', 'NOT_FOUND'],
    ['runs.job', 'NOT_FOUND'],
    ['runs.unplaced', 'NOT_FOUND'],
    ['runs.showFolder', 'NOT_FOUND'],
    ['runs.export', 'NOT_FOUND'],
    ['studio.tree', 'NOT_FOUND'],
    ['studio.bring', 'BAD_INPUT'],
    ['studio.bringResults', 'BAD_INPUT'],
    ['studio.send', 'BAD_INPUT'],
    ['studio.retry', 'BAD_INPUT'],
    ['studio.renameTree', 'NOT_FOUND'],
    ['studio.renameNode', 'NOT_FOUND'],
    ['studio.prune', 'NOT_FOUND'],
    ['studio.removeTree', 'NOT_FOUND'],
    ['studio.restoreTree', 'NOT_FOUND'],
    ['studio.applyChain', 'NOT_FOUND'],
    ['presets.remove', 'NOT_FOUND'],
    ['presets.import', 'NOT_FOUND'],
    ['endpoints.update', 'NOT_FOUND'],
    ['endpoints.remove', 'NOT_FOUND'],
    ['endpoints.test', 'NOT_FOUND'],
    ['endpoints.move', 'NOT_FOUND'],
    ['endpoints.reset', 'NOT_FOUND'],
    ['endpoints.probe', 'NOT_FOUND'],
    ['groups.remove', 'NOT_FOUND'],
    ['keys.update', 'NOT_FOUND'],
    ['keys.reset', 'NOT_FOUND'],
    ['keys.add', 'VAULT'],
    ['system.openLink', 'BAD_INPUT'],
  ])('%s about what does not exist answers %s and changes nothing', async (name, code) => {
    const before = await border.everything();
    expect(await border.codeOf(name, INPUTS[name])).toBe(code);
    expect(await border.everything()).toEqual(before);
  });

  it('refuses a default folder that is no whole path, and says which control it belongs to', async () => {
    for (const outputDir of ['relative', '../up', '/tmp/\0']) {
      await expect(border.client.settings.set({ outputDir })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        data: { field: 'outputDir' },
      });
    }
    expect(border.app.settings().outputDir).toBe('');
  });

  it('tells of a bug only that there is one', async () => {
    border.answers.length = 0;
    const error: unknown = await border.client.files
      .pick({ purpose: 'dataset' })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Something went wrong inside Brushfleet; the log has it.',
    });
    const wire = border.answers.join('\n');
    expect(wire).not.toMatch(/secret-place|router\.ts|\bat .*:\d+:\d+|stack/);
    border.app.log.flush();
    expect(await readFile(border.app.log.path, 'utf8')).toContain('secret-place');
  });
});
