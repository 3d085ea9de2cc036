/** The studio and its presets. */
import { basename } from 'node:path';
import { MOST_BROUGHT } from '@shared/contract/studio';
import { DEMO_MODEL } from '@shared/demo';
import type { App } from '../app';
import { Refusal } from '../refusal';
import type { Calls } from './calls';
import type { Shell } from './shell';

const PRESETS_FILE = 'brushfleet-presets.json';

export function studioCalls(os: Calls, app: App, shell: Shell) {
  const { studio } = app;
  return {
    trees: os.studio.trees.handler(() => studio.trees()),
    tree: os.studio.tree.handler(({ input }) => studio.tree(input.treeId)),
    bring: os.studio.bring.handler(async ({ input }) => {
      if (input.images.length > MOST_BROUGHT) {
        throw new Refusal('BAD_INPUT', tooMany(input.images.length));
      }
      return studio.bring(
        input.treeId,
        input.images.map((file) => ({ name: file.name || 'pasted picture', read: () => bytesOf(file) })),
      );
    }),
    bringResults: os.studio.bringResults.handler(({ input }) =>
      studio.bringResults(input.treeId, input.resultIds),
    ),
    send: os.studio.send.handler(async ({ input }) => {
      const { ask } = input;
      // The window offers the demo before it was ever used.
      if (ask.model.provider === DEMO_MODEL.provider && ask.model.model === DEMO_MODEL.model) {
        await app.fleet.ensureDemo();
      }
      return studio.send({
        treeId: input.treeId,
        ask,
        ...(input.mask === undefined ? {} : { mask: await bytesOf(input.mask) }),
      });
    }),
    cancel: os.studio.cancel.handler(({ input }) => studio.cancel(input.nodeIds)),
    retry: os.studio.retry.handler(({ input }) => studio.retry(input.nodeIds)),
    renameTree: os.studio.renameTree.handler(({ input }) => studio.renameTree(input.treeId, input.name)),
    renameNode: os.studio.renameNode.handler(({ input }) => studio.renameNode(input.nodeId, input.name)),
    prune: os.studio.prune.handler(({ input }) => studio.prune(input.nodeId)),
    restore: os.studio.restore.handler(({ input }) => studio.restore(input.nodeIds)),
    removeTree: os.studio.removeTree.handler(({ input }) => studio.removeTree(input.treeId)),
    restoreTree: os.studio.restoreTree.handler(({ input }) => studio.restoreTree(input.treeId)),
    exportTree: os.studio.exportTree.handler(async function* ({ input, signal }) {
      yield* studio.exportTree(input.treeId, shell.granted(input.grant), signal);
    }),
    applyChain: os.studio.applyChain.handler(({ input }) =>
      studio.applyChain({ ...input, outputDir: app.settings().outputDir || shell.defaultOutputDir }),
    ),
    instructions: os.studio.instructions.handler(({ input }) =>
      studio.instructions(input.search, input.limit),
    ),
  };
}

function tooMany(pictures: number): string {
  return `${pictures} pictures are too many for one tree, which takes ${MOST_BROUGHT} at once: start a run with them instead.`;
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

export function presetCalls(os: Calls, app: App, shell: Shell) {
  const { presets } = app.studio;
  return {
    list: os.presets.list.handler(() => presets.list()),
    save: os.presets.save.handler(({ input }) => presets.save(input)),
    remove: os.presets.remove.handler(({ input }) => presets.remove(input.presetId)),
    restore: os.presets.restore.handler(({ input }) => presets.restore(input.preset)),
    export: os.presets.export.handler(async () => {
      const path = await shell.saveAs(PRESETS_FILE);
      if (path !== null) {
        await presets.write(path);
      }
      return path === null ? null : basename(path);
    }),
    import: os.presets.import.handler(({ input }) => presets.read(shell.granted(input.grant))),
  };
}
