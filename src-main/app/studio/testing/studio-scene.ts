/** A studio in a real app whose endpoints are a demo server over loopback, which remembers what it was sent. */
import type { StudioAsk, StudioInput, TreeNode } from '@shared/model/studio';
import sharp from 'sharp';
import { createDemoServer, type DemoServer } from '../../../demo/demo-server';
import type { FaultScript } from '../../../demo/script';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from '../../testing/test-library';
import type { TreeWithNodes } from '../studio';

export const GEMINI = { provider: 'google_genai', model: 'painter' } as const;
export const OPENAI = { provider: 'openai', model: 'gpt-painter' } as const;

export interface StudioScene {
  readonly server: DemoServer;
  readonly library: TestLibrary;
  readonly studio: TestLibrary['app']['studio'];
  /** What the server does instead of painting; null: it paints. */
  script: FaultScript;
  /** Sends it and waits for the answers; answers the new nodes. */
  sent(ask: Partial<StudioAsk>, more?: { treeId?: number; mask?: Uint8Array }): Promise<readonly TreeNode[]>;
  bring(
    treeId: number | null,
    pictures: readonly { name: string; bytes: Uint8Array }[],
  ): ReturnType<TestLibrary['app']['studio']['bring']>;
  /** A tree with one picture. */
  brought(name?: string): Promise<{ treeId: number; nodeId: number }>;
  node(nodeId: number): Promise<TreeNode>;
  remove(): Promise<void>;
}

export async function openStudioScene(): Promise<StudioScene> {
  const server = createDemoServer({ latencyMs: 0, script: (request) => scene.script(request) });
  const [{ url }, library] = await Promise.all([server.start(), openTestLibrary()]);
  await library.app.fleet.save(testEndpoint({ id: 'g', provider: 'google_genai', baseUrl: url }));
  await library.app.fleet.save(testEndpoint({ id: 'o', provider: 'openai', baseUrl: `${url}/v1` }));
  await addTestKeys(library.app, 'g', 'AIza-first-key-0001');
  await addTestKeys(library.app, 'o', 'sk-second-key-0002');
  await library.app.saveSettings({ maxRetries: 0, retryDelayMs: 1 });

  const studio = (): TestLibrary['app']['studio'] => library.app.studio;
  async function node(nodeId: number): Promise<TreeNode> {
    const [stored] = await library.app.store.studioNodesById([nodeId]);
    const found = (await studio().tree(stored?.treeId ?? 0)).nodes.find(({ id }) => id === nodeId);
    if (found === undefined) {
      throw new Error(`There is no node ${nodeId}.`);
    }
    return found;
  }
  const bring: StudioScene['bring'] = (treeId, pictures) =>
    studio().bring(
      treeId,
      pictures.map(({ name, bytes }) => ({ name, read: () => Promise.resolve(bytes) })),
    );
  const scene: StudioScene = {
    script: () => null,
    bring,
    server,
    library,
    get studio() {
      return studio();
    },
    node,
    async sent(ask: Partial<StudioAsk>, more: { treeId?: number; mask?: Uint8Array } = {}) {
      const { treeId = null, mask } = more;
      const begun = await studio().send({ treeId, ask: asked(ask), mask });
      await ended(library, begun);
      return Promise.all(begun.sentIds.map(node));
    },
    async brought(name = 'house.png') {
      const { tree, broughtIds } = await bring(null, [{ name, bytes: await picture() }]);
      return { treeId: tree.id, nodeId: broughtIds[0] ?? 0 };
    },
    async remove() {
      await library.remove();
      await server.close();
    },
  };
  return scene;
}

export function asked(given: Partial<StudioAsk>): StudioAsk {
  return { inputs: [], instruction: 'make it blue', model: GEMINI, variants: 1, turn: 'fresh', ...given };
}

export function subject(nodeId: number): StudioInput {
  return { nodeId, role: 'subject' };
}

/** Until every run of the tree's requests is over, and their answers are finished. */
export async function ended({ app }: TestLibrary, { nodes }: TreeWithNodes): Promise<void> {
  for (const { origin } of nodes) {
    if (origin.kind === 'result') {
      await app.runs.over(origin.runId);
    }
  }
  await app.studio.idle();
}

/** With something to see in it. */
export async function picture(width = 64, height = 48): Promise<Buffer> {
  const create = { width, height, channels: 3, background: '#7aa' } as const;
  const spot = await sharp({ create: { ...create, width: 16, height: 12, background: '#b43' } })
    .png()
    .toBuffer();
  return sharp({ create })
    .composite([{ input: spot, left: 8, top: 8 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

/** Transparent in its left half. */
export async function halfMask(width = 64, height = 48): Promise<Buffer> {
  const create = { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } as const;
  const kept = await sharp({
    create: { ...create, width: width / 2, background: { r: 0, g: 0, b: 0, alpha: 1 } },
  })
    .png()
    .toBuffer();
  return sharp({ create })
    .composite([{ input: kept, left: width / 2, top: 0 }])
    .png()
    .toBuffer();
}
