/** From a request address to a file below one root, or a refusal. For every door that serves the page. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

export type ServedFile =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'refused'; readonly status: 400 | 404 };

/**
 * Decodes once, refuses NUL, backslash and bad escapes, resolves below `root`, follows links, and compares the real
 * paths: neither `..%2f` nor a sibling with the same prefix nor a link leads outside.
 */
export async function servedFile(root: string, pathname: string): Promise<ServedFile> {
  const decoded = decode(pathname);
  if (decoded === null || decoded.includes('\0') || decoded.includes('\\')) {
    return { kind: 'refused', status: 400 };
  }
  const path = join(root, `.${decoded.startsWith('/') ? decoded : `/${decoded}`}`);
  if (!isBelow(root, path)) {
    return { kind: 'refused', status: 400 };
  }
  try {
    const [realRoot, realFile] = await Promise.all([realpath(root), realpath(path)]);
    if (!isBelow(realRoot, realFile)) {
      return { kind: 'refused', status: 400 };
    }
    return (await stat(realFile)).isFile()
      ? { kind: 'file', path: realFile }
      : { kind: 'refused', status: 404 };
  } catch {
    return { kind: 'refused', status: 404 };
  }
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}

function isBelow(root: string, path: string): boolean {
  const step = relative(root, path);
  return step !== '' && step !== '..' && !step.startsWith(`..${sep}`) && !isAbsolute(step);
}
