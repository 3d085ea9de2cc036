/**
 * What is made of an answer once it is on disk: how much of the picture changed, and the composite of a locked edit.
 * Both lie beside the answer, whose bytes stay as they came. What a closed program left undone is done at its next start.
 */
import { join, relative, sep } from 'node:path';
import type { AnswerOutcome, StoredFile, StoredNode } from '../../store/studio/studio-store';
import { isFile } from '../../file-facts';
import { fileSha256 } from '../../images/file-sha256';
import { factsOfFile } from './keep-picture';
import { rawAnswer, shownPicture } from './node-views';
import type { StudioParts } from './parts';

/** Pictures are large, and screens want the cores too. */
const AT_ONCE = 2;

export interface AnswerFinisher {
  /** The node's job is done. */
  finish(nodeId: number): void;
  /** Resolves when those of these nodes that have an answer show what was made of it. */
  finished(nodeIds: readonly number[]): Promise<void>;
  /** All that an earlier session left. */
  catchUp(): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
  /** What waits is left for the next start. */
  close(): Promise<void>;
}

type Parts = Pick<StudioParts, 'store' | 'folder' | 'lab' | 'log'>;

export function createAnswerFinisher(parts: Parts, onFinished: (nodeId: number) => void): AnswerFinisher {
  let waiting: number[] = [];
  const working = new Map<number, Promise<void>>();
  let isClosed = false;

  function next(): void {
    while (working.size < AT_ONCE && !isClosed) {
      // One that is being worked on and has another answer by now comes after that.
      const nodeId = waiting.find((id) => !working.has(id));
      if (nodeId === undefined) {
        return;
      }
      waiting = waiting.filter((id) => id !== nodeId);
      const work = finishOne(parts, nodeId, () => isClosed)
        .then(() => onFinished(nodeId))
        .catch((error: unknown) => parts.log.error('studio', `node ${nodeId}: ${String(error)}`))
        .finally(() => {
          working.delete(nodeId);
          next();
        });
      working.set(nodeId, work);
    }
  }

  function finish(nodeId: number): void {
    if (!waiting.includes(nodeId)) {
      waiting.push(nodeId);
    }
    next();
  }

  return {
    finish,
    async finished(nodeIds) {
      const nodes = await parts.store.studioNodesById(nodeIds);
      const open = nodes.filter(
        ({ job, outcome }) => job?.result !== undefined && job.result !== null && outcome === null,
      );
      const wanted = new Set(open.map(({ id }) => id));
      for (const nodeId of wanted) {
        finish(nodeId);
      }
      while (!isClosed && [...wanted].some((id) => waiting.includes(id) || working.has(id))) {
        await Promise.race(working.values());
      }
    },
    async catchUp() {
      waiting.push(...(await parts.store.unfinishedStudioNodes()));
      next();
    },
    async idle() {
      while (working.size > 0) {
        await Promise.all(working.values());
      }
    },
    async close() {
      isClosed = true;
      waiting = [];
      await Promise.all(working.values());
    },
  };
}

async function finishOne(parts: Parts, nodeId: number, isClosed: () => boolean): Promise<void> {
  const [node] = await parts.store.studioNodesById([nodeId]);
  const result = node?.job?.result ?? null;
  const answer = node === undefined ? null : rawAnswer(node);
  if (node === undefined || result === null || answer === null || node.outcome !== null) {
    return;
  }
  const outcome = await outcomeOf(parts, node, answer.path);
  // What the closing cut short is made at the next start.
  if (outcome.problem === undefined || !isClosed()) {
    await parts.store.setAnswerOutcome(nodeId, result.id, outcome);
  }
}

/** Nothing is measured of a picture that grew from nothing. */
async function outcomeOf(
  { store, folder, lab }: Parts,
  node: StoredNode,
  answer: string,
): Promise<AnswerOutcome> {
  const [parent] = node.parentId === null ? [] : await store.studioNodesById([node.parentId]);
  const source = parent === undefined ? null : shownPicture(folder, parent);
  if (source === null || node.origin.kind !== 'result') {
    return {};
  }
  const { ask, mask } = node.origin;
  const beside = `${answer.replace(/\.[^./\\]+$/, '')}.${node.job?.result?.id ?? 0}`;
  const heatMap = `${beside}.changed.webp`;
  const composite = mask !== undefined && ask.lock !== undefined ? `${beside}.locked.png` : null;
  const told = await lab.lock({
    source: source.path,
    answer,
    mask: mask === undefined ? null : join(folder, mask.file),
    featherPx: ask.lock?.featherPx ?? 0,
    composite,
    heatMap,
  });
  if (told.kind === 'failed') {
    return { problem: told.sentence };
  }
  return {
    drift: told.drift,
    ...(told.remark === undefined ? {} : { problem: told.remark }),
    ...((await isFile(heatMap)) ? { heatMap: below(folder, heatMap) } : {}),
    ...(composite === null ? {} : await lockedOf(folder, composite)),
  };
}

async function lockedOf(folder: string, path: string): Promise<Pick<AnswerOutcome, 'locked' | 'problem'>> {
  const facts = await factsOfFile(path);
  if (facts === null) {
    return { problem: 'The rest was not locked: the composite could not be written.' };
  }
  const { width, height, mimeType, sizeBytes } = facts;
  const locked: StoredFile = {
    file: below(folder, path),
    width,
    height,
    mimeType,
    sizeBytes,
    sha256: await fileSha256(path),
  };
  return { locked };
}

function below(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, '/');
}
