/** Whether a day can be counted in it: `America/Los_Angeles`, `UTC`. Blank is none. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
