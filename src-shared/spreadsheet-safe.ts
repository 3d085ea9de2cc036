/**
 * The "CSV for spreadsheets": cells a spreadsheet would run as a formula are made harmless by an apostrophe, and a
 * marker column tells our importer to take the apostrophes away again. Source of the triggers: OWASP, CSV Injection.
 */

/** Last column of such a file, with `MARKER_VALUE` in every row. */
export const MARKER_COLUMN = 'brushfleet_spreadsheet_safe';
export const MARKER_VALUE = 'yes';

const TRIGGER = /^[=+\-@\t\r\n＝＋－＠]/;
/** An apostrophe is protected too, so that undoing is exact. */
const PROTECTED = /^[=+\-@\t\r\n＝＋－＠']/;

/** Whether a spreadsheet may take this cell for a formula. */
export function isFormulaTrigger(cell: string): boolean {
  return TRIGGER.test(cell);
}

export function protectCell(cell: string): string {
  return PROTECTED.test(cell) ? `'${cell}` : cell;
}

/** The exact inverse of `protectCell`. */
export function restoreCell(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
