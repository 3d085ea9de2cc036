/** `brushfleet library check|restore`. */
import { Refusal } from '../../refusal';
import type { LibraryCliRequest } from '../cli-request';
import { EXIT } from '../exit-codes';
import { say, sayJson } from '../fleet/fleet-work';
import type { CliStreams } from '../streams';
import type { CliLibrary } from './library-port';

export interface LibraryWork {
  readonly library: CliLibrary;
  readonly json: boolean;
  readonly streams: CliStreams;
}

export type LibraryEnd =
  | { readonly kind: 'done'; readonly exitCode: number }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Rejects only for bugs and broken disks. */
export async function carryOutLibrary(work: LibraryWork, act: LibraryCliRequest['act']): Promise<LibraryEnd> {
  try {
    return { kind: 'done', exitCode: await (act === 'check' ? check(work) : restore(work)) };
  } catch (error) {
    if (error instanceof Refusal) {
      return { kind: 'refused', sentence: error.message };
    }
    throw error;
  }
}

async function check(work: LibraryWork): Promise<number> {
  const damage = await work.library.check();
  if (work.json) {
    sayJson(work, { sound: damage === null, damage });
  } else {
    say(work, damage ?? 'The database is sound.');
  }
  return damage === null ? EXIT.done : EXIT.someFailed;
}

async function restore(work: LibraryWork): Promise<number> {
  const sentence = await work.library.restore();
  return work.json ? sayJson(work, { restored: true, message: sentence }) : say(work, sentence);
}
