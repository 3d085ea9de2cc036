/** Which row a result is of, in few words. Pure. */
import type { JobDetail } from '@shared/model/run';
import { rowOfTile } from '../../jobs/job-words';

/** More would be read by nobody. */
const MOST_CELLS = 2;
const LONGEST_CELL = 40;

/** `Row 48 · K-1048 · IMG_0048.jpg`: its first short cells that the instruction beside it does not say already. */
export function rowWords({
  job,
  fields,
  instruction,
}: Pick<JobDetail, 'job' | 'fields' | 'instruction'>): string {
  const cells = Object.values(fields)
    .map((cell) => nameOfFile(cell.trim()))
    .filter((cell) => !['', String(job.index)].includes(cell) && isShort(cell))
    .filter((cell) => !instruction.includes(cell));
  return [rowOfTile(job), ...[...new Set(cells)].slice(0, MOST_CELLS)].join(' · ');
}

function isShort(cell: string): boolean {
  return cell.length <= LONGEST_CELL && !cell.includes('\n') && !cell.startsWith('data:');
}

/** Of a path or address the name of its file; other words as they are. */
function nameOfFile(cell: string): string {
  return /^(?!data:).*[/\\]([^/\\]+\.\w{2,5})$/.exec(cell)?.[1] ?? cell;
}
