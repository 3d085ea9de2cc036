/** A login whose token has a cap: it sends within that cap, whatever it starts, and nothing beyond. */
import type { Caps } from '@shared/model/run';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStudioScene, type Page, RECIPE, type StudioScene } from './testing/studio-scene';

let scene: StudioScene;
beforeEach(async () => {
  scene = await openStudioScene();
});
afterEach(() => scene.remove());

async function openCapped(caps: Caps): Promise<Page & { readonly tokenId: string }> {
  const { secret, token } = await scene.library.app.tokens.add({ name: 'capped', caps });
  return { ...(await scene.open(await scene.login(secret.reveal()))), tokenId: token.id };
}

async function start({ client }: Pick<Page, 'client'>, prompts: string) {
  const dataset = await client.datasets.fromPrompts({ name: prompts.slice(0, 20), prompts });
  return client.runs.start({
    datasetId: dataset.id,
    recipe: RECIPE,
    options: { concurrency: 1 },
  });
}

const over = async (runId: number) => {
  const { runs } = scene.library.app;
  await runs.over(runId);
  return runs.view(await runs.found(runId));
};

const spent = async (tokenId: string) =>
  (await scene.library.app.tokens.list()).find(({ id }) => id === tokenId)?.requests;

it('sends as much as its cap has left, over all its runs, and goes on when the cap is raised', async () => {
  const page = await openCapped({ requests: 3 });
  const first = await over((await start(page, 'one\ntwo')).id);
  expect(first.counts.done).toBe(2);
  const second = await over((await start(page, 'three\nfour')).id);
  expect(second).toMatchObject({
    state: {
      kind: 'paused',
      failure: 'budget',
      reason:
        'The token "capped" has reached its cap of 3 requests. Raise the cap in Settings under Service (or with brushfleet tokens set), then resume the run.',
    },
    counts: { done: 1, pending: 1 },
  });
  expect(await spent(page.tokenId)).toBe(3);
  // Also for who sits at the machine: the run is the token's.
  await scene.library.app.runs.resume(second.id);
  expect((await over(second.id)).counts.done).toBe(1);
  await scene.library.app.tokens.update({ id: page.tokenId, name: 'capped', caps: { requests: 4 } });
  await page.client.runs.resume({ runId: second.id, resendUnknown: false });
  expect((await over(second.id)).counts.done).toBe(2);
  page.socket.close();
});

it('remembers what its token spent, also after a restart', async () => {
  const page = await openCapped({ requests: 1 });
  const { id } = await start(page, 'one\ntwo');
  expect((await over(id)).counts).toMatchObject({ done: 1, pending: 1 });
  page.socket.close();
  await scene.service.stop();
  await scene.library.reopen();
  await scene.library.app.runs.resume(id);
  expect(await over(id)).toMatchObject({ state: { failure: 'budget' }, counts: { done: 1, pending: 1 } });
});

it('sends single requests of the studio and questions within the same cap, with a history of its own', async () => {
  const page = await openCapped({ requests: 2 });
  const { client } = page;
  const model = { provider: 'openai', model: 'gpt-image-1' } as const;
  const sent = await client.studio.send({
    treeId: null,
    ask: { turn: 'fresh', inputs: [], instruction: 'a lake', model, variants: 1 },
  });
  const [node] = sent.nodes.filter(({ id }) => sent.sentIds.includes(id));
  const runId = node?.origin.kind === 'result' ? node.origin.runId : 0;
  expect((await over(runId)).counts.done).toBe(1);
  const ask = async () => {
    const request = {
      model: { provider: 'openai', model: 'gpt-4.1-mini' } as const,
      system: '',
      prompt: 'What is the speed of light?',
      attachments: [],
      generation: {},
      answer: { kind: 'text' as const },
    };
    let end: unknown = null;
    for await (const event of await client.text.ask(request)) {
      end = event;
    }
    return end;
  };
  expect(await ask()).toMatchObject({ kind: 'over', answer: { answer: { text: expect.any(String) } } });
  expect(await ask()).toMatchObject({
    kind: 'over',
    answer: { failure: { kind: 'budget', message: expect.stringContaining('The token "capped"') } },
  });
  expect((await client.text.history({ offset: 0, limit: 10, search: '' })).total).toBeGreaterThan(0);
  expect((await scene.library.app.texts.history({ offset: 0, limit: 10, search: '' })).total).toBe(0);
  expect(await spent(page.tokenId)).toBe(2);
  page.socket.close();
});

async function lake(): Promise<File> {
  const create = { width: 64, height: 48, channels: 3, background: '#336699' } as const;
  return new File([new Uint8Array(await sharp({ create }).png().toBuffer())], 'lake.png');
}

/** The picture after two edits. */
async function editedTwice({ client }: Pick<Page, 'client'>): Promise<number> {
  const { nodes } = await client.studio.bring({ treeId: null, images: [await lake()] });
  let nodeId = nodes[0]?.id ?? 0;
  for (const instruction of ['bluer', 'darker']) {
    const sent = await client.studio.send({
      treeId: nodes[0]?.treeId ?? 0,
      ask: {
        turn: 'fresh',
        inputs: [{ nodeId, role: 'subject' }],
        instruction,
        model: { provider: 'openai', model: 'gpt-image-1' },
        variants: 1,
      },
    });
    const node = sent.nodes.find(({ id }) => sent.sentIds.includes(id));
    nodeId = node?.id ?? 0;
    await over(node?.origin.kind === 'result' ? node.origin.runId : 0);
  }
  return nodeId;
}

it('pays for every step of a chain, also for those that go on by themselves', async () => {
  const page = await openCapped({ requests: 10 });
  const { client } = page;
  const nodeId = await editedTwice(page);
  expect(await spent(page.tokenId)).toBe(2);
  const dataset = await client.datasets.fromImages({ name: 'rows', images: [await lake()] });
  await client.studio.applyChain({ nodeId, datasetId: dataset.id });
  await expect.poll(() => spent(page.tokenId)).toBe(4);
  page.socket.close();
});

it('sends again only what its own token started', async () => {
  const free = await scene.open(await scene.login());
  const others = await over((await start(free, 'one')).id);
  const page = await openCapped({ requests: 5 });
  const { client } = page;
  const [job] = (await client.runs.jobs({ runId: others.id, offset: 0, limit: 1 })).jobs;
  const notItsOwn = /was not started by the token of this login/;
  await expect(client.runs.rerunJob({ jobId: job?.id ?? 0 })).rejects.toThrow(notItsOwn);
  await expect(client.runs.resume({ runId: others.id, resendUnknown: false })).rejects.toThrow(notItsOwn);
  await expect(client.runs.setOptions({ runId: others.id, options: { caps: {} } })).rejects.toThrow(
    notItsOwn,
  );
  await expect(client.endpoints.test({ endpointId: 'o' })).rejects.toThrow('has a cap');
  const own = await over((await start(page, 'two')).id);
  const [mine] = (await client.runs.jobs({ runId: own.id, offset: 0, limit: 1 })).jobs;
  await client.runs.rerunJob({ jobId: mine?.id ?? 0 });
  expect((await over(own.id)).requests).toBe(2);
  expect(await spent(page.tokenId)).toBe(2);
  // It cannot make another pay.
  const options = { payer: scene.tokenId, priority: 'low' } as { priority: 'low' };
  await client.runs.setOptions({ runId: own.id, options });
  expect((await scene.library.app.runs.found(own.id)).options.payer).toBe(page.tokenId);
  free.socket.close();
  page.socket.close();
});

it('holds a token to its cap from the moment it has one', async () => {
  const page = await openCapped({});
  await over((await start(page, 'one\ntwo')).id);
  await scene.library.app.tokens.update({ id: page.tokenId, name: 'capped', caps: { requests: 2 } });
  expect((await over((await start(page, 'three')).id)).counts).toMatchObject({ done: 0, pending: 1 });
  page.socket.close();
});

it('has what its token started stand still once the token is revoked, not go on beyond the cap', async () => {
  const page = await openCapped({ requests: 5 });
  const rows = Array.from({ length: 15 }, (_, at) => `row ${at}`).join('\n');
  const { id } = await start(page, rows);
  await scene.library.app.tokens.revoke(page.tokenId);
  const run = await over(id);
  expect(run.state.kind).toBe('paused');
  expect(run.requests).toBeLessThanOrEqual(5);
  // Who sits at the machine may go on with it: it is nobody else's any more.
  expect((await scene.library.app.runs.resume(id)).state.kind).toBe('running');
  expect((await over(id)).counts.done).toBe(15);
});

it('pays for the steps of its chain itself, whoever’s call the program is busy with', async () => {
  const page = await openCapped({ requests: 2 });
  const { client } = page;
  const { app } = scene.library;
  const nodeId = await editedTwice(page);
  const dataset = await client.datasets.fromImages({ name: 'rows', images: [await lake()] });
  const step = await client.studio.applyChain({ nodeId, datasetId: dataset.id });
  expect((await over(step.id)).state).toMatchObject({ kind: 'paused', failure: 'budget' });
  await app.tokens.update({ id: page.tokenId, name: 'capped', caps: { requests: 10 } });
  // As of a colleague whose question is being answered meanwhile.
  const payers = await app.payers.run(scene.tokenId, async () => {
    await app.runs.resume(step.id);
    await expect.poll(() => spent(page.tokenId)).toBeGreaterThanOrEqual(3);
    await expect.poll(async () => (await chainRuns()).length).toBe(2);
    return (await chainRuns()).map(({ options }) => options.payer);
  });
  expect(payers).toEqual([page.tokenId, page.tokenId]);
  page.socket.close();
});

it('pays for no step of the user’s own chain, though it is the first to look after a restart', async () => {
  const page = await openCapped({ requests: 10 });
  const nodeId = await editedTwice(page);
  const dataset = await page.client.datasets.fromImages({ name: 'rows', images: [await lake()] });
  page.socket.close();
  const outputDir = scene.library.folder;
  const step = await scene.library.app.studio.applyChain({ nodeId, datasetId: dataset.id, outputDir });
  await scene.library.app.studio.close();
  await over(step.id);
  await scene.service.stop();
  await scene.library.reopen();
  const { app } = scene.library;
  const payers = await app.payers.run(page.tokenId, async () => {
    await app.studio.trees();
    await expect.poll(async () => (await chainRuns()).length).toBe(2);
    return (await chainRuns()).map(({ options }) => options.payer);
  });
  expect(payers).toEqual([undefined, undefined]);
});

it('sends no further step of its chain once it is revoked, also when the program was restarted between the two', async () => {
  const page = await openCapped({ requests: 10 });
  const nodeId = await editedTwice(page);
  const dataset = await page.client.datasets.fromImages({ name: 'rows', images: [await lake()] });
  const step = await page.client.studio.applyChain({ nodeId, datasetId: dataset.id });
  // The first step ends while the studio is closing: the next is left for the next start.
  await scene.library.app.studio.close();
  expect((await over(step.id)).counts.done).toBe(1);
  page.socket.close();
  await scene.service.stop();
  await scene.library.reopen();
  const { app } = scene.library;
  await app.tokens.revoke(page.tokenId);
  const sent = await requestsOfAll();
  await app.studio.trees();
  const nextStep = async () => (await chainRuns()).find(({ name }) => name.includes('step 2'));
  await expect.poll(async () => (await nextStep())?.state.kind).toBe('paused');
  const next = await nextStep();
  expect(next).toMatchObject({
    state: { kind: 'paused', reason: expect.stringContaining('was revoked meanwhile') },
    counts: { pending: 1, done: 0 },
  });
  expect(await requestsOfAll()).toBe(sent);
  // Who sits at the machine may go on with it.
  await app.runs.resume(next?.id ?? 0);
  expect((await over(next?.id ?? 0)).counts.done).toBe(1);
});

const requestsOfAll = async () =>
  (await scene.library.app.store.runs()).reduce((sum, { requests }) => sum + requests, 0);

const chainRuns = async () =>
  (await scene.library.app.store.runs()).filter(({ name }) => name.includes(' - step '));
