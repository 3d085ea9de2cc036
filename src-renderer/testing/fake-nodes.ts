/** Single nodes of a tree, for tests of pure rules. */
import type { JobState } from '@shared/model/run';
import type { Picture, TreeNode } from '@shared/model/studio';

type Result = Extract<TreeNode['origin'], { kind: 'result' }>;

const PICTURE: Picture = {
  width: 64,
  height: 64,
  mimeType: 'image/png',
  sizeBytes: 100,
  sha256: '0'.repeat(64),
  thumbnail: 'media://library/node-thumbnail/picture/1',
  view: 'media://library/node-view/picture/1',
};

export function sourceNode(id: number): TreeNode & { readonly picture: Picture } {
  return {
    id,
    treeId: 1,
    parentId: null,
    name: '',
    createdAt: id,
    origin: { kind: 'source', fileName: `${id}.png` },
    picture: PICTURE,
  };
}

interface ResultParts {
  readonly parentId?: number;
  readonly state?: JobState;
  readonly runId?: number;
  readonly variant?: number;
  readonly part?: Partial<Result>;
}

export function resultNode(id: number, parts: ResultParts = {}): TreeNode {
  const { parentId = null, state = 'done', runId = id, variant = 0, part = {} } = parts;
  return {
    id,
    treeId: 1,
    parentId,
    name: '',
    createdAt: id,
    origin: {
      kind: 'result',
      ask: {
        inputs: parentId === null ? [] : [{ nodeId: parentId, role: 'subject' }],
        instruction: `step ${id}`,
        model: { provider: 'google_genai', model: 'gemini-nano-banana-2.1' },
        variants: 1,
        turn: 'fresh',
      },
      runId,
      jobId: id,
      variant,
      state,
      ...part,
    },
    ...(state === 'done' ? { picture: PICTURE } : {}),
  };
}
