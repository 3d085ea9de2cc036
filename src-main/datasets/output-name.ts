/** The file name of every job below its output folder, without extension: no result ever overwrites another's. */
import { cellOf, type Fields } from '@shared/columns';
import type { ModelChoice, Recipe } from '@shared/model/run';
import type { HeldNames } from './held-names';
import { SeenIntegers } from './row-index';
import { checkOutputName } from './safe-name';
import { SeenTexts } from './seen-texts';

type NamingRecipe = Pick<Recipe, 'models' | 'variants' | 'outputNameColumn'>;

export interface NamedRow {
  readonly row: number;
  readonly index: number;
  readonly fields: Fields;
}

export interface Namer {
  /**
   * Stems of a row's jobs by model, then variant: `000012`, `000012_01`, `some-model/000012`. Call it once for each
   * row of the dataset, in order, filtered out or not: a name must not depend on the filter. A row whose own name is
   * refused (`outputNameRefusal`) is named by its numbers.
   */
  name(row: NamedRow): readonly (readonly string[])[];
}

/** `held`: names that files of the run have already; no other row gets one of them. */
export function createNamer(recipe: NamingRecipe, held?: Pick<HeldNames, 'isAnothers'>): Namer {
  const folders = modelFolders(recipe.models);
  const suffixes = Array.from({ length: recipe.variants }, (_, variant) => variantSuffix(variant, recipe));
  const isHeld: IsHeld = (stem, row) =>
    held !== undefined &&
    folders.some((folder) => suffixes.some((suffix) => held.isAnothers(`${folder}${stem}${suffix}`, row)));
  const claim = recipe.outputNameColumn === undefined ? indexClaims(isHeld) : nameClaims(recipe, isHeld);
  return {
    name: (row) => {
      const stem = claim(row);
      return folders.map((folder) => suffixes.map((suffix) => `${folder}${stem}${suffix}`));
    },
  };
}

type IsHeld = (stem: string, row: number) => boolean;

/** Why a row's output name cannot be used, in one sentence; null when it can, or when names come from the index. */
export function outputNameRefusal(fields: Fields, recipe: NamingRecipe): string | null {
  const given = recipe.outputNameColumn === undefined ? '' : (cellOf(fields, recipe.outputNameColumn) ?? '');
  if (given.trim() === '') return null;
  const checked = checkOutputName(given, variantSuffix(recipe.variants - 1, recipe));
  return checked.kind === 'ok' ? null : checked.sentence;
}

const sixDigits = (number: number): string => String(number).padStart(6, '0');
const rowSuffix = (row: number): string => `_r${sixDigits(row)}`;

function variantSuffix(variant: number, { variants }: NamingRecipe): string {
  return variants > 1 ? `_${String(variant).padStart(2, '0')}` : '';
}

/** Numbers alone: a bit of memory a row. */
function indexClaims(isHeld: IsHeld): (row: NamedRow) => string {
  const seen = new SeenIntegers();
  return ({ row, index }) => {
    let stem = seen.add(index) ? sixDigits(index) : sixDigits(index) + rowSuffix(row);
    while (isHeld(stem, row)) stem += rowSuffix(row);
    return stem;
  };
}

function nameClaims(recipe: NamingRecipe, isHeld: IsHeld): (row: NamedRow) => string {
  const seen = new SeenTexts();
  return ({ row, index, fields }) => {
    const isTaken = (stem: string): boolean => seen.has(fileKey(stem)) || isHeld(stem, row);
    let stem = ownName(fields, recipe) ?? sixDigits(index);
    if (isTaken(stem)) stem = sixDigits(index) + rowSuffix(row);
    /* Only a name that imitates ours gets here. */
    while (isTaken(stem)) stem += rowSuffix(row);
    seen.add(fileKey(stem));
    return stem;
  };
}

function ownName(fields: Fields, recipe: NamingRecipe): string | null {
  const given = cellOf(fields, recipe.outputNameColumn ?? '') ?? '';
  if (given.trim() === '') return null;
  const checked = checkOutputName(given, variantSuffix(recipe.variants - 1, recipe));
  return checked.kind === 'ok' ? checked.name : null;
}

/** Equal for names that one of the common file systems takes for the same file (composed forms, letter case). */
export function fileKey(stem: string): string {
  return stem.normalize('NFC').toUpperCase().toLowerCase();
}

/** A folder for each model when there are several; what a folder cannot be called becomes `_`. */
function modelFolders(models: readonly ModelChoice[]): readonly string[] {
  if (models.length < 2) return [''];
  const taken = new Set<string>();
  return models.map(({ model }) => {
    const plain = folderName(model);
    let folder = plain;
    for (let number = 2; taken.has(fileKey(folder)); number++) folder = `${plain}_${number}`;
    taken.add(fileKey(folder));
    return `${folder}/`;
  });
}

function folderName(model: string): string {
  const plain = model
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .slice(0, 60)
    .replace(/^\.+|[. ]+$/g, '');
  return plain !== '' && checkOutputName(`${plain}/x`).kind === 'ok' ? plain : `model_${plain}`;
}
