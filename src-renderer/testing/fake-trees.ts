/** Two trees as an artist's afternoon leaves them: branches, variants, a failure, a request in flight. */
import type { StudioAsk, Preset, TreeNode } from '@shared/model/studio';
import type { JobState } from '@shared/model/run';
import type { FakeStudio } from './fake-studio';
import { fakePicture } from './fake-studio';

const GEMINI = { provider: 'google_genai', model: 'gemini-nano-banana-2.1' } as const;
const OPENAI = { provider: 'openai', model: 'gpt-image-2' } as const;
const MINUTE = 60_000;

export const FAKE_PRESETS: readonly Preset[] = [
  {
    id: 1,
    name: 'Product on a plain ground',
    instruction: 'Put the {{product}} on a plain {{colour}} background, soft shadow, keep its label readable',
    model: OPENAI,
    quality: 'high',
    variants: 2,
    tags: ['product'],
  },
  {
    id: 2,
    name: 'Golden hour',
    instruction: 'Relight the scene as if the sun stood low, warm, long shadows. Change nothing else.',
    tags: ['light'],
  },
  {
    id: 3,
    name: 'Remove people',
    instruction: 'Remove all people and fill in what is behind them',
    tags: [],
  },
];

interface Grown {
  readonly id: number;
  readonly parentId: number | null;
  readonly instruction: string;
  readonly runId: number;
  readonly variant?: number;
  readonly variants?: number;
  readonly state?: JobState;
  readonly part?: Partial<Extract<TreeNode['origin'], { kind: 'result' }>>;
  readonly model?: StudioAsk['model'];
}

export function fillTrees(studio: FakeStudio): void {
  const now = Date.now();
  const source = (id: number, treeId: number, fileName: string): TreeNode => ({
    id,
    treeId,
    parentId: null,
    name: '',
    createdAt: now - (200 - id) * MINUTE,
    origin: { kind: 'source', fileName },
    picture: fakePicture(id, false),
  });
  const grown = (one: Grown): TreeNode => grownNode(one, now);
  studio.trees.set(1, {
    id: 1,
    name: 'Portrait with a hat',
    createdAt: now - 190 * MINUTE,
    changedAt: now - 2 * MINUTE,
    nodes: 0,
  });
  studio.trees.set(2, {
    id: 2,
    name: 'Harbour at dusk',
    createdAt: now - 3000 * MINUTE,
    changedAt: now - 2900 * MINUTE,
    nodes: 0,
  });
  const nodes: readonly TreeNode[] = [
    source(11, 1, 'woman-with-scarf.webp'),
    source(12, 1, 'felt-hat.png'),
    ...[0, 1, 2].map((variant) =>
      grown({ id: 13 + variant, parentId: 11, instruction: 'Add a red hat', runId: 5, variant, variants: 3 }),
    ),
    grown({
      id: 16,
      parentId: 14,
      instruction: 'Warmer light from the left, keep her face as it is',
      runId: 6,
    }),
    grown({
      id: 17,
      parentId: 16,
      instruction: 'Make the background a quiet library, out of focus',
      runId: 7,
      model: OPENAI,
      part: { drift: { changedShare: 0.041, scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 } },
    }),
    grown({
      id: 18,
      parentId: 16,
      instruction: 'Turn it into a poster with the word FORBIDDEN',
      runId: 8,
      state: 'failed',
      part: {
        failure: { kind: 'blocked', message: 'The provider refused this content (PROHIBITED_CONTENT).' },
      },
    }),
    grown({ id: 19, parentId: 17, instruction: 'Add reading glasses', runId: 9, state: 'sent' }),
    source(21, 2, 'harbour.jpg'),
    grown({ id: 22, parentId: 21, instruction: 'Turn on the lamps', runId: 10 }),
  ];
  for (const node of nodes) {
    studio.nodes.set(node.id, { ...node, treeId: node.id > 20 ? 2 : 1 });
  }
  studio.instructions = nodes
    .flatMap(({ origin, createdAt }) =>
      origin.kind === 'result' ? [{ instruction: origin.ask.instruction, usedAt: createdAt }] : [],
    )
    .filter(({ instruction }, at, all) => all.findIndex((one) => one.instruction === instruction) === at)
    .reverse();
}

function grownNode(one: Grown, now: number): TreeNode {
  const { id, parentId, instruction, runId, variant = 0, variants = 1, state = 'done', part = {} } = one;
  const ask: StudioAsk = {
    inputs: parentId === null ? [] : [{ nodeId: parentId, role: 'subject' }],
    instruction,
    model: one.model ?? GEMINI,
    variants,
    turn: 'fresh',
    imageSize: one.model === undefined ? '1K' : '1024x1024',
  };
  return {
    id,
    treeId: 1,
    parentId,
    name: '',
    createdAt: now - (200 - id) * MINUTE,
    origin: {
      kind: 'result',
      ask,
      runId,
      jobId: id,
      variant,
      state,
      ...(state === 'done' ? { resultId: 2_000_000 + id, costUsd: 0.0336 } : {}),
      ...part,
    },
    ...(state === 'done' ? { picture: fakePicture(id, true) } : {}),
  };
}
