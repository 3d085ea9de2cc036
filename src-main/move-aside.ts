/** Files that make room for what is sent anew, and are kept: never over one that was set aside before. */
import { rename } from 'node:fs/promises';
import { isThere } from './file-facts';

/** `nth` names the first, the second ... try. Answers the name it got; rejects with what the file system says. */
export async function moveAside(path: string, nth: (number: number) => string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const aside = nth(number);
    if (!(await isThere(aside))) {
      await rename(path, aside);
      return aside;
    }
  }
}
