/** The file name of every job below its output folder, without extension: no result ever overwrites another's. */
import { cellOf, type Fields } from '@shared/columns';
import type { ModelChoice } from '@shared/model/run';
import { SeenIntegers } from './row-index';
import { checkOutputName, fitsFileName, refusal } from './safe-name';

export interface NamerOptions {
  readonly models: readonly ModelChoice[];
  /** Images per row and model. */
  readonly variants: number;
  /** Column whose value names the file; blank cells fall back to the index. */
  readonly nameColumn?: string;
}

export interface NamedRow {
  readonly row: number;
  readonly index: number;
  readonly fields: Fields;
}

/** `stem` of a refused name is the row's number: the job exists, fails as bad input, and writes nothing. */
export type RowName =
  | { readonly kind: 'ok'; readonly stem: string }
  | { readonly kind: 'refused'; readonly stem: string; readonly sentence: string };

export interface Namer {
  /** Call it once for each row of the dataset, in order, filtered out or not: a name must not depend on the filter. */
  nameRow(row: NamedRow): RowName;
  /** The stem of one job of a row: `000012`, `000012_01`, `model/000012`. */
  jobStem(rowName: RowName, job: { readonly model: ModelChoice; readonly variant: number }): string;
}

export function createNamer(options: NamerOptions): Namer {
  const folders = modelFolders(options.models);
  const claim = options.nameColumn === undefined ? indexClaims() : nameClaims(options.nameColumn, options.variants);
  return {
    nameRow: claim,
    jobStem: (rowName, { model, variant }) => {
      const folder = folders.get(modelId(model)) ?? '';
      return `${folder}${rowName.stem}${variantSuffix(variant, options.variants)}`;
    },
  };
}

const sixDigits = (number: number): string => String(number).padStart(6, '0');
const rowSuffix = (row: number): string => `_r${sixDigits(row)}`;

function variantSuffix(variant: number, variants: number): string {
  return variants > 1 ? `_${String(variant).padStart(2, '0')}` : '';
}

/** Numbers alone: a bit of memory a row. */
function indexClaims(): (row: NamedRow) => RowName {
  const seen = new SeenIntegers();
  return ({ row, index }) => {
    const stem = sixDigits(index);
    return { kind: 'ok', stem: seen.add(index) ? stem : stem + rowSuffix(row) };
  };
}

function nameClaims(column: string, variants: number): (row: NamedRow) => RowName {
  const seen = new Set<string>();
  const longestSuffix = variantSuffix(variants - 1, variants);
  return ({ row, index, fields }) => {
    const given = cellOf(fields, column) ?? '';
    const checked = given.trim() === '' ? ({ kind: 'ok', name: sixDigits(index) } as const) : checkOutputName(given);
    if (checked.kind === 'refused') return { ...checked, stem: `${sixDigits(index)}${rowSuffix(row)}` };
    let stem = checked.name;
    while (seen.has(fileKey(stem))) stem += rowSuffix(row);
    if (!fitsFileName(stem + longestSuffix)) {
      const sentence = refusal(given, 'is longer than 255 bytes');
      return { kind: 'refused', stem: `${sixDigits(index)}${rowSuffix(row)}`, sentence };
    }
    seen.add(fileKey(stem));
    return { kind: 'ok', stem };
  };
}

/** Equal for names that one of the common file systems takes for the same file (composed forms, letter case). */
function fileKey(stem: string): string {
  return stem.normalize('NFC').toUpperCase().toLowerCase();
}

const modelId = (model: ModelChoice): string => `${model.provider}/${model.model}`;

/** A folder for each model when there are several; what a folder cannot be called becomes `_`. */
function modelFolders(models: readonly ModelChoice[]): Map<string, string> {
  const folders = new Map<string, string>();
  if (models.length < 2) return folders;
  const taken = new Set<string>();
  for (const model of models) {
    if (folders.has(modelId(model))) continue;
    const plain = folderName(model.model);
    let folder = plain;
    for (let number = 2; taken.has(fileKey(folder)); number++) folder = `${plain}_${number}`;
    taken.add(fileKey(folder));
    folders.set(modelId(model), `${folder}/`);
  }
  return folders;
}

function folderName(model: string): string {
  const plain = model.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 60).replace(/^\.+|[. ]+$/g, '');
  return plain !== '' && checkOutputName(`${plain}/x`).kind === 'ok' ? plain : `model_${plain}`;
}
