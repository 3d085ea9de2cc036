/**
 * What a browser elsewhere is told: no path of this machine, and pictures by an address it can ask for. Every answer,
 * event and error of the router passes here, so that a new call needs no rule of its own.
 */
import { basename } from 'node:path';
import { browserMediaUrl } from '@shared/media-url';

/** Fields that hold a folder of this machine, whatever folder it is. */
const FOLDER_FIELDS = new Set(['outputDir', 'defaultOutputDir', 'libraryDir']);
/** Fields that hold absolute paths of files. */
const PATH_LISTS = new Set(['paths']);
/** Nothing of the contract is nested deeper. */
const DEEPEST = 30;

export interface Told {
  sentence(text: string): string;
  value(value: unknown): unknown;
}

/** `folders`: absolute; what begins with one of them is told without it. */
export function createTold(folders: () => readonly string[]): Told {
  function sentence(text: string): string {
    return folders()
      .filter((folder) => folder.length > 1 && text.includes(folder))
      .sort((one, other) => other.length - one.length)
      .reduce((told, folder) => told.replaceAll(folder, '…'), text);
  }

  function value(given: unknown, depth = 0): unknown {
    if (typeof given === 'string') {
      return sentence(browserMediaUrl(given));
    }
    if (typeof given !== 'object' || given === null || depth > DEEPEST) {
      return given;
    }
    if (Array.isArray(given)) {
      return given.map((item) => value(item, depth + 1));
    }
    // Dates, files and the like travel as they are.
    if (Object.getPrototypeOf(given) !== Object.prototype) {
      return given;
    }
    return Object.fromEntries(
      Object.entries(given).map(([name, field]) => [
        name,
        isOfMachine(name, field) ? lastNames(field) : value(field, depth + 1),
      ]),
    );
  }
  return { sentence, value: (given) => value(given) };
}

const isOfMachine = (name: string, field: unknown): boolean =>
  FOLDER_FIELDS.has(name) ? typeof field === 'string' : PATH_LISTS.has(name) && Array.isArray(field);

const lastNames = (given: unknown): unknown =>
  Array.isArray(given) ? given.map(lastNames) : typeof given === 'string' ? basename(given) : given;
