/** Why the library's own keys cannot be used beside a process that works with those of its environment. */
export function givenElsewhere(pid: number): string {
  return `A Brushfleet with keys of its own environment has the library open (process ${pid}), and the library's keys are out of its reach: set the keys in this environment, too, or end that one first.`;
}
