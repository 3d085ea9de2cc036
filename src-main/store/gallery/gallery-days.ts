/** Days as the gallery counts them. */

/** The last few days, which mostly are asked for, by their start. */
let today = { start: 0, end: 0, name: '' };

/** By this machine's clock. */
export function dayOf(at: number): string {
  if (at < today.start || at >= today.end) {
    const date = new Date(at);
    const start = new Date(date.getFullYear(), date.getMonth(), date.getDate());
    const end = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);
    const two = (part: number) => `${part}`.padStart(2, '0');
    const name = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    today = { start: start.getTime(), end: end.getTime(), name };
  }
  return today.name;
}
