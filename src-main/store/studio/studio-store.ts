/** Trees of the studio, their nodes, presets, instructions used, and chains that go over rows. */
import type { Failure } from '@shared/model/failure';
import type { JobState, Result } from '@shared/model/run';
import type { Drift, MaskSentAs, PictureRecipe, Preset, StudioAsk } from '@shared/model/studio';
import type { NodePart } from '@shared/media-url';
import type { Access } from '../access';
import type { Tables } from '../sqlite-store';
import { createChainTable } from './studio-chains';
import { createStudioJobs } from './studio-jobs';
import { createNodeTable } from './studio-nodes';
import { createTreeTable } from './studio-trees';
import { createWordTable } from './studio-words';

/** A picture that the studio keeps. */
export interface StoredFile {
  /** Below the library's studio folder, with slashes: the library may move. */
  readonly file: string;
  /** As it is seen: EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export type StoredOrigin =
  | {
      readonly kind: 'source' | 'edited';
      readonly fileName: string;
      readonly picture: StoredFile;
      readonly notes?: readonly string[] | undefined;
      readonly recipe?: PictureRecipe | undefined;
    }
  | {
      readonly kind: 'result';
      readonly ask: StudioAsk;
      readonly variant: number;
      readonly mask?: StoredFile | undefined;
      readonly maskSentAs?: MaskSentAs | undefined;
      readonly sentNotes?: readonly string[] | undefined;
    };

/** What was made of an answer once it had come. */
export interface AnswerOutcome {
  readonly drift?: Drift | undefined;
  /** Below the library's studio folder. */
  readonly heatMap?: string | undefined;
  readonly locked?: StoredFile | undefined;
  readonly problem?: string | undefined;
}

/** The request's job as it stands. */
export interface NodeJob {
  readonly id: number;
  readonly runId: number;
  readonly state: JobState;
  readonly failure: Failure | null;
  readonly costUsd: number | null;
  /** When it was last sent; wall clock. Null: it is not in flight. */
  readonly sentAt: number | null;
  readonly seconds: number | null;
  readonly result: Result | null;
  /** Absolute path of the result. */
  readonly path: string | null;
}

export interface StoredNode {
  readonly id: number;
  readonly treeId: number;
  readonly parentId: number | null;
  readonly name: string;
  readonly createdAt: number;
  readonly isPruned: boolean;
  readonly origin: StoredOrigin;
  readonly job: NodeJob | null;
  /** Of the present result. */
  readonly outcome: AnswerOutcome | null;
}

export interface NewNode {
  readonly treeId: number;
  readonly parentId: number | null;
  /** Grows from the one at this place of the nodes that are added with it, which must come before it. */
  readonly parentAt?: number;
  readonly name: string;
  readonly origin: StoredOrigin;
  readonly jobId?: number;
}

export interface StoredTree {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly isRemoved: boolean;
  /** Not pruned. */
  readonly nodes: number;
  readonly cover: { readonly nodeId: number; readonly part: NodePart; readonly version: number } | null;
}

/** A chain of edits on its way over a dataset's rows. */
export interface StoredChain {
  readonly id: number;
  /** JSON of the app's own making. */
  readonly value: string;
  readonly isOver: boolean;
}

export interface StudioStore {
  /** Those that were not removed, the one that changed last first. */
  studioTrees(): Promise<readonly StoredTree[]>;
  /** Also one that was removed. */
  studioTree(treeId: number): Promise<StoredTree | null>;
  addStudioTree(name: string): Promise<StoredTree>;
  /** False: there is no such tree. */
  renameStudioTree(treeId: number, name: string): Promise<boolean>;
  setStudioTreeRemoved(treeId: number, isRemoved: boolean): Promise<boolean>;
  /** Those that were not pruned, oldest first. */
  studioNodes(treeId: number): Promise<readonly StoredNode[]>;
  /** In the order asked for, pruned ones too; ids without a node are left out. */
  studioNodesById(nodeIds: readonly number[]): Promise<readonly StoredNode[]>;
  /** Of these jobs, in no order. */
  studioNodesOfJobs(jobIds: readonly number[]): Promise<readonly StoredNode[]>;
  /** All in one transaction; answers their ids, in order. */
  addStudioNodes(nodes: readonly NewNode[]): Promise<readonly number[]>;
  /** False: there is no such node. */
  renameStudioNode(nodeId: number, name: string): Promise<boolean>;
  /** Answers the node and what grew from it, as far as it was not pruned before. */
  pruneStudioNode(nodeId: number): Promise<readonly number[]>;
  restoreStudioNodes(nodeIds: readonly number[]): Promise<void>;
  setAnswerOutcome(nodeId: number, resultId: number, outcome: AnswerOutcome): Promise<void>;
  /** Nodes whose present result nothing was made of yet, oldest first. */
  unfinishedStudioNodes(): Promise<readonly number[]>;
  /** Every run that belongs to a tree. */
  studioRuns(): Promise<readonly { readonly runId: number; readonly treeId: number }[]>;
  /** Of these jobs of a run, those that are pending become `cancelled`; answers how many. */
  cancelPendingJobs(runId: number, jobIds: readonly number[]): Promise<number>;
  /** Requests that a process left before they had a node, and of which nothing was sent; answers how many. */
  endNodelessRequests(): Promise<number>;
  noteInstruction(instruction: string): Promise<void>;
  /** Newest first, each text once. */
  instructionsUsed(
    words: readonly string[],
    limit: number,
  ): Promise<readonly { readonly instruction: string; readonly usedAt: number }[]>;
  presets(): Promise<readonly Preset[]>;
  /** `id` absent: a new one. */
  savePreset(preset: Omit<Preset, 'id'> & { readonly id?: number | undefined }): Promise<Preset>;
  removePreset(presetId: number): Promise<void>;
  addChain(value: string): Promise<StoredChain>;
  setChain(chain: StoredChain): Promise<void>;
  /** Those that are not over. */
  openChains(): Promise<readonly StoredChain[]>;
}

/** Every method by name, for the store's thread. */
export const STUDIO_METHODS = {
  studioTrees: true,
  studioTree: true,
  addStudioTree: true,
  renameStudioTree: true,
  setStudioTreeRemoved: true,
  studioNodes: true,
  studioNodesById: true,
  studioNodesOfJobs: true,
  addStudioNodes: true,
  renameStudioNode: true,
  pruneStudioNode: true,
  restoreStudioNodes: true,
  setAnswerOutcome: true,
  unfinishedStudioNodes: true,
  studioRuns: true,
  cancelPendingJobs: true,
  endNodelessRequests: true,
  noteInstruction: true,
  instructionsUsed: true,
  presets: true,
  savePreset: true,
  removePreset: true,
  addChain: true,
  setChain: true,
  openChains: true,
} as const satisfies Record<keyof StudioStore, true>;

/** Part of the step of migrations.ts that brought the studio. */
export const STUDIO_SCHEMA = `
CREATE TABLE studio_trees (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- State, cost and result of a request are its job's. outcome: what was made of the answer outcome_result_id.
CREATE TABLE studio_nodes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tree_id INTEGER NOT NULL REFERENCES studio_trees (id),
  parent_id INTEGER REFERENCES studio_nodes (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  pruned INTEGER NOT NULL DEFAULT 0,
  origin TEXT NOT NULL,
  job_id INTEGER REFERENCES jobs (id),
  outcome TEXT,
  outcome_result_id INTEGER
) STRICT;
CREATE INDEX studio_nodes_by_tree ON studio_nodes (tree_id, id);
CREATE INDEX studio_nodes_by_parent ON studio_nodes (parent_id);
CREATE UNIQUE INDEX studio_nodes_by_job ON studio_nodes (job_id) WHERE job_id IS NOT NULL;

-- folded: in lower case, for the search.
CREATE TABLE studio_instructions (
  instruction TEXT PRIMARY KEY,
  folded TEXT NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX studio_instructions_by_time ON studio_instructions (used_at);
CREATE TABLE studio_presets (id INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT NOT NULL) STRICT;
CREATE TABLE studio_chains (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  value TEXT NOT NULL,
  is_over INTEGER NOT NULL DEFAULT 0
) STRICT;
`;

export function studioCalls({ db, tally, wallNow, note }: Tables, { read, write }: Access): StudioStore {
  const trees = createTreeTable(db, wallNow);
  const nodes = createNodeTable(db, { wallNow, note });
  const jobs = createStudioJobs(db, tally);
  const words = createWordTable(db, { wallNow, note });
  const chains = createChainTable(db);
  return {
    studioTrees: read(trees.all),
    studioTree: read(trees.one),
    addStudioTree: write(trees.add),
    renameStudioTree: write(trees.rename),
    setStudioTreeRemoved: write(trees.setRemoved),
    studioNodes: read(nodes.ofTree),
    studioNodesById: read(nodes.byId),
    studioNodesOfJobs: read(nodes.ofJobs),
    addStudioNodes: write(nodes.add),
    renameStudioNode: write(nodes.rename),
    pruneStudioNode: write(nodes.prune),
    restoreStudioNodes: write(nodes.restore),
    setAnswerOutcome: write(nodes.setOutcome),
    unfinishedStudioNodes: read(nodes.unfinished),
    studioRuns: read(jobs.runs),
    cancelPendingJobs: write(jobs.cancelPending),
    endNodelessRequests: write(jobs.endNodeless),
    noteInstruction: write(words.noteInstruction),
    instructionsUsed: read(words.instructions),
    presets: read(words.presets),
    savePreset: write(words.savePreset),
    removePreset: write(words.removePreset),
    addChain: write(chains.add),
    setChain: write(chains.set),
    openChains: read(chains.open),
  };
}
