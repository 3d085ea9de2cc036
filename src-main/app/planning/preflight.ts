/**
 * Every row of a run, read as far as it can be without sending: its columns, its instruction, its images and what the
 * model takes. Pages are read one after the other, so that a million rows cost no more memory than one of them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PreflightProblem, PreflightReport } from '@shared/model/plan';
import type { CatalogueModel } from '@shared/model/catalogue';
import { PROVIDER_LABELS } from '@shared/model/provider';
import type { ModelChoice, Recipe } from '@shared/model/run';
import type { Clock } from '../../engine/ports';
import { type InspectedInput, inspectInput, type InspectRules } from '../../images/inspect-input';
import { inspectMedia } from '../../images/inspect-media';
import type { Store, StoredRow } from '../../store/store';
import { createFewAtOnce } from '../few-at-once';
import { askFor } from '../orders/picture-order';
import { checkTextRow, type InspectMedia } from './text-preflight';

const PAGE = 200;
const REPORT_MS = 100;
const EXAMPLE_ROWS = 20;
const MOST_PROBLEMS = 100;
/** Different sentences told apart; further ones are counted together. */
const MOST_GROUPS = 2000;
/** More files would be open than a process may have, and their headers would fill the memory. */
const FILES_AT_ONCE = 16;
/** A reference that is longer is the image itself, as a data URL. */
const LONGEST_NAME = 1000;
/** References whose inspection is remembered: datasets name the same picture in many rows. */
const REMEMBERED = 5000;

/** What each protocol takes (platform.openai.com, images/edits; ai.google.dev, image understanding: inline data). */
const TAKES = {
  openai: { types: ['image/png', 'image/jpeg', 'image/webp'], totalBytes: Number.POSITIVE_INFINITY },
  google_genai: {
    types: ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'],
    totalBytes: 100 * 1024 * 1024,
  },
} as const;

export interface PreflightRequest {
  readonly datasetId: number;
  readonly recipe: Recipe;
  /** Stored rows of the dataset. */
  readonly total: number;
  includes(row: number): boolean;
  readonly rules: InspectRules;
}

export interface PreflightParts {
  readonly store: Pick<Store, 'rows'>;
  readonly clock: Pick<Clock, 'now'>;
  catalogueModel(choice: ModelChoice): CatalogueModel | undefined;
}

/** Yields at most ten reports a second, the last with `done`. Ends early, without it, when `signal` says so. */
export async function* preflight(
  parts: PreflightParts,
  request: PreflightRequest,
  signal?: AbortSignal,
): AsyncGenerator<PreflightReport> {
  const findings = createFindings();
  const inspect: Inspect = {
    image: remembered((reference) => inspectInput(reference, request.rules)),
    media: rememberedMedia(request.rules),
  };
  let toldAt = parts.clock.now();
  let stored = 0;
  let checked = 0;
  let inputBytes = 0;
  const report = (done: boolean): PreflightReport => ({
    checked,
    total: request.total,
    inputBytes,
    problems: findings.problems(),
    done,
  });
  yield report(false);
  for (;;) {
    const rows = await parts.store.rows(request.datasetId, stored, PAGE);
    if (signal?.aborted === true) {
      return;
    }
    stored += rows.length;
    const chosen = rows.filter(({ row }) => request.includes(row));
    const looks = await Promise.all(chosen.map((row) => checkRow(row, { parts, request, inspect })));
    for (const [at, { row }] of chosen.entries()) {
      const look = looks[at];
      inputBytes += look?.inputBytes ?? 0;
      look?.problems.forEach((sentence) => findings.add(sentence, row));
    }
    checked += chosen.length;
    if (rows.length === 0) {
      yield report(true);
      return;
    }
    if (parts.clock.now() - toldAt >= REPORT_MS) {
      toldAt = parts.clock.now();
      yield report(false);
    }
  }
}

interface Inspect {
  image(reference: string): Promise<InspectedInput>;
  /** Of a text run. */
  readonly media: InspectMedia;
}

interface RowLook {
  readonly problems: readonly string[];
  readonly inputBytes: number;
}

async function checkRow(
  row: StoredRow,
  { parts, request, inspect }: { parts: PreflightParts; request: PreflightRequest; inspect: Inspect },
): Promise<RowLook> {
  const problems = new Set<string>();
  let inputBytes = 0;
  for (const choice of request.recipe.models) {
    const model = parts.catalogueModel(choice);
    if (request.recipe.task === 'text') {
      const look = await checkTextRow({ row, recipe: request.recipe, choice, model, inspect: inspect.media });
      look.problems.forEach((problem) => problems.add(problem));
      inputBytes = Math.max(inputBytes, look.inputBytes);
      continue;
    }
    const asked = askFor({
      context: { run: { recipe: request.recipe }, defaultAspectRatio: null },
      row,
      choice,
      model,
    });
    if ('kind' in asked) {
      problems.add(asked.failure.message);
      continue;
    }
    const inputs = await Promise.all(asked.inputs.map(inspect.image));
    const mask = asked.mask === null ? null : await inspect.image(asked.mask);
    imageProblems(inputs, mask, choice).forEach((problem) => problems.add(problem));
    inputBytes = Math.max(inputBytes, bytesOf(mask === null ? inputs : [...inputs, mask]));
  }
  return { problems: [...problems], inputBytes };
}

function imageProblems(
  inputs: readonly InspectedInput[],
  mask: InspectedInput | null,
  { provider }: ModelChoice,
): readonly string[] {
  const takes = TAKES[provider];
  const name = PROVIDER_LABELS[provider];
  const problems: string[] = [];
  for (const input of mask === null ? inputs : [...inputs, mask]) {
    if (input.kind === 'failed') {
      problems.push(input.failure.message);
    } else if (input.kind === 'image' && !takes.types.some((type) => type === input.mimeType)) {
      problems.push(`An image of the row is ${input.mimeType}, which ${name} does not take: convert it.`);
    }
  }
  if (bytesOf(inputs) > takes.totalBytes) {
    problems.push(`The images of the row are larger than the 100 MB that ${name} takes in one request.`);
  }
  if (inputs.some((input) => input.kind === 'image' && input.isMoving === true)) {
    problems.push(
      'An image of the row is animated, and models look at one frame: save the frame you mean as a still image.',
    );
  }
  if ((mask === null ? inputs : [...inputs, mask]).some((input) => input.kind === 'image' && input.isCut)) {
    problems.push(
      'An image of the row is cut off: its file ends before the picture does. Copy or save it again, or leave the row out.',
    );
  }
  const [first] = inputs;
  const misfit = mask?.kind === 'image' && first?.kind === 'image' ? maskMisfit(mask, first) : null;
  return misfit === null ? problems : [...problems, misfit];
}

type Image = Extract<InspectedInput, { kind: 'image' }>;

/** Null: the mask lies on its picture pixel for pixel. */
function maskMisfit(mask: Image, first: Image): string | null {
  if (isSameSize(mask.pixels, first.pixels)) {
    return null;
  }
  const isTurned =
    first.isSideways === true && first.pixels !== null && isSameSize(mask.pixels, turned(first.pixels));
  return isTurned
    ? 'The first image of the row is stored on its side, and its mask is upright: save the image upright.'
    : 'The mask of the row has another size than its first image: make both equal.';
}

function turned({ width, height }: Pixels): Pixels {
  return { width: height, height: width };
}

interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** What is not known is no difference. */
function isSameSize(one: Pixels | null, other: Pixels | null): boolean {
  return one === null || other === null || (one.width === other.width && one.height === other.height);
}

function bytesOf(inputs: readonly InspectedInput[]): number {
  return inputs.reduce((sum, input) => sum + (input.kind === 'image' ? input.sizeBytes : 0), 0);
}

/** What one is called and what it really is decide together. */
function rememberedMedia(rules: InspectRules): InspectMedia {
  const byClaim = new Map<string, InspectMedia>();
  return (reference, claim) => {
    const name = `${claim.medium} ${claim.mimeType ?? ''}`;
    const known = byClaim.get(name) ?? remembered((one) => inspectMedia(one, claim, rules));
    byClaim.set(name, known);
    return known(reference, claim);
  };
}

function remembered<Found>(
  inspect: (reference: string) => Promise<Found>,
): (reference: string) => Promise<Found> {
  const known = new Map<string, Promise<Found>>();
  const files = createFewAtOnce(FILES_AT_ONCE);
  const dataUrls = createFewAtOnce(1);
  return (reference) => {
    if (reference.length > LONGEST_NAME) {
      return dataUrls(async () => {
        // Decoding takes its time: what else waits has its turn between two of them.
        await nextTurn();
        return inspect(reference);
      });
    }
    const found = known.get(reference) ?? files(() => inspect(reference));
    known.set(reference, found);
    if (known.size > REMEMBERED) {
      known.delete(known.keys().next().value ?? '');
    }
    return found;
  };
}

interface Group {
  /** The sentence, cut where others of the group may differ from it; those parts have odd places. */
  readonly parts: string[];
  count: number;
  readonly rows: number[];
}

/** A name in quotes, a number, a size or a ratio. */
const VARYING = /("[^"]*"|(?<=\s)\d+(?:[x:]\d+)?(?=[\s.,;]))/;

/** Sentences that differ only in the names they quote and in their numbers are one problem. */
function createFindings() {
  const groups = new Map<string, Group>();

  function groupOf(sentence: string): Group {
    const parts = sentence.split(VARYING);
    const wanted = parts.map((part, at) => (at % 2 === 0 ? part : '…')).join('');
    const isKnown = groups.has(wanted) || groups.size < MOST_GROUPS;
    const key = isKnown ? wanted : 'Other problems.';
    const group = groups.get(key) ?? { parts: isKnown ? parts : [key], count: 0, rows: [] };
    groups.set(key, group);
    for (const [at, part] of group.parts.entries()) {
      if (at % 2 === 1 && part !== parts[at]) {
        group.parts[at] = part.startsWith('"') ? '"…"' : '…';
      }
    }
    return group;
  }

  return {
    add(sentence: string, row: number): void {
      const group = groupOf(sentence);
      group.count += 1;
      if (group.rows.length < EXAMPLE_ROWS && group.rows.at(-1) !== row) {
        group.rows.push(row);
      }
    },
    /** Most frequent first. */
    problems: (): PreflightProblem[] =>
      [...groups.values()]
        .sort((one, other) => other.count - one.count)
        .slice(0, MOST_PROBLEMS)
        .map(({ parts, count, rows }) => ({ message: parts.join(''), count, rows: [...rows] })),
  };
}
